"""Probabilities of Student's t and of F: torch has neither, and scipy is a lot to ask for two."""

import math


def t_two_sided(t: float, df: float) -> float:
    """Probability that Student's t of `df` degrees of freedom is at least |t| from 0."""
    if math.isnan(t) or df <= 0:
        return math.nan
    square = t * t
    if math.isinf(square):
        return 0.0
    return _incomplete_beta(df / 2, 0.5, df / (df + square), square / (df + square))


def f_above(f: float, df_model: float, df_error: float) -> float:
    """Probability that F of these degrees of freedom is at least f."""
    if math.isnan(f) or df_error <= 0 or df_model <= 0:
        return math.nan
    if math.isinf(f):
        return 0.0
    total = df_error + df_model * f
    return _incomplete_beta(df_error / 2, df_model / 2, df_error / total, df_model * f / total)


def t_quantile(level: float, df: float) -> float:
    """The t that leaves 1 - level outside -t and t, by halving."""
    if df <= 0:
        return math.nan
    low, high = 0.0, 1.0
    while t_two_sided(high, df) > 1 - level:
        low, high = high, 2 * high
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        if t_two_sided(middle, df) > 1 - level:
            low = middle
        else:
            high = middle


def _incomplete_beta(a: float, b: float, x: float, y: float) -> float:
    """The regularised incomplete beta function of x = 1 - y.

    The continued fraction is that of DiDonato and Morris, "Algorithm 708", ACM Trans. Math. Softw.
    18, 1992, whose terms do not cancel where a is large, summed by Lentz's method (Thompson and
    Barnett, J. Comput. Phys. 64, 1986); it converges fast below the mean, and the symmetry
    I_x(a, b) = 1 - I_y(b, a) leads there.
    """
    if x <= 0 or y <= 0:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - _below_the_mean(b, a, y, x)
    return _below_the_mean(a, b, x, y)


def _below_the_mean(a: float, b: float, x: float, y: float) -> float:
    """The same function by its continued fraction b0 + a1 / (b1 + a2 / (b2 + ...))."""
    value = c = _denominator(a, b, x, y, 0)
    d = 0.0
    for m in range(1, 100_000):
        top = (a + m - 1) / (a + 2 * m - 1) * ((a + b + m - 1) / (a + 2 * m - 1))
        top *= m * (b - m) * x * x
        below = _denominator(a, b, x, y, m)
        d = 1 / (below + top * d)
        c = below + top / c
        value *= c * d
        if abs(c * d - 1) < 1e-16:
            break
    return _front(a, b, x, y) / value


def _denominator(a: float, b: float, x: float, y: float, m: int) -> float:
    """Number m of the denominators of the continued fraction."""
    first = m * (b - m) * x / (a + 2 * m - 1) if m else 0.0
    return m + first + (a + m) / (a + 2 * m + 1) * (a * y - b * x + 1 + m * (1 + y))


def _front(a: float, b: float, x: float, y: float) -> float:
    """x^a y^b / B(a, b), without the cancellation that large a or b bring.

    Source: Loader, "Fast and accurate computation of binomial probabilities", 2000: the peak at
    x = a / (a + b) by Stirling's series, times how far x is below it.
    """
    total = a + b
    # ln(x / peak) and ln(y / (1 - peak)), each from the exact difference.
    away = (x * b - y * a) / total
    fall = a * _log_ratio(x, a / total, away) + b * _log_ratio(y, b / total, -away)
    peak = _stirling(total) - _stirling(a) - _stirling(b)
    return math.sqrt(a * b / (2 * math.pi * total)) * math.exp(peak + fall)


def _log_ratio(value: float, base: float, away: float) -> float:
    """ln(value / base), where value - base is `away`."""
    return math.log1p(away / base) if abs(away) < 0.5 * base else math.log(value / base)


def _stirling(z: float) -> float:
    """Ln of the gamma function, less Stirling's (z - 1/2) ln z - z + ln(2 pi) / 2."""
    if z < 16:
        return math.lgamma(z) - (z - 0.5) * math.log(z) + z - 0.5 * math.log(2 * math.pi)
    s = 1 / (z * z)
    return (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s / 1188)))) / z
