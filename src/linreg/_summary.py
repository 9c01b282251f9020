"""A fit as data, as text and as HTML."""

import html
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from linreg._check import check_level

if TYPE_CHECKING:
    from linreg.linear_fit import LinearFit

# The targets that a display shows.
_MOST = 10
# How a table of text writes each column.
_FORMATS = {"estimate": "#.5g", "standard_error": "#.5g", "t": "#.4g", "p": ".3g"}


def table(fit: "LinearFit", level: float) -> list[dict[str, Any]]:
    """One dictionary for each parameter of each target."""
    check_level(level)
    columns = {"estimate": fit.parameters}
    if not fit.ridge:
        low, high = fit.confidence_intervals(level).unbind(-1)
        columns |= {
            "standard_error": fit.standard_errors,
            "t": fit.t_values,
            "p": fit.p_values,
            "low": low,
            "high": high,
        }
    q = len(fit.names)
    values = {name: column.reshape(q, -1).T.tolist() for name, column in columns.items()}
    return [
        {"target": fit.target_names[k], "name": fit.names[i]}
        | {name: column[k][i] for name, column in values.items()}
        for k in range(len(values["estimate"]))
        for i in range(q)
    ]


def text(fit: "LinearFit", level: float) -> str:
    """A table of text for each target."""
    width = max(9, *map(len, fit.names))
    parts = []
    for lines, head, body in _parts(fit, level):
        rows = [("", head), *zip(fit.names, body, strict=True)]
        written = [f"{name:{width}}" + "".join(f"{v:>14}" for v in row) for name, row in rows]
        parts.append("\n".join([*lines, "", *written]))
    return "\n\n".join([*parts, *_rest(fit)])


def page(fit: "LinearFit") -> str:
    """A table of HTML for each target."""
    parts = []
    for lines, head, body in _parts(fit, 0.95):
        top = "".join(f"<th>{html.escape(name)}</th>" for name in ("", *head))
        rows = "".join(
            f"<tr><th>{html.escape(name)}</th>{''.join(f'<td>{v}</td>' for v in row)}</tr>"
            for name, row in zip(fit.names, body, strict=True)
        )
        parts.append(
            f"<p>{'<br>'.join(map(html.escape, lines))}</p>"
            f"<table><thead><tr>{top}</tr></thead><tbody>{rows}</tbody></table>"
        )
    return "".join([*parts, *(f"<p>{html.escape(line)}</p>" for line in _rest(fit))])


def _parts(fit: "LinearFit", level: float) -> list[tuple[list[str], list[str], list[list[str]]]]:
    """For each target what is above its table, the heads of the table, and its cells."""
    shown = _first_targets(fit)
    rows, q = table(shown, level), len(fit.names)
    bounds = {"low": f"{100 * level:g}% low", "high": f"{100 * level:g}% high"}
    columns = list(rows[0])[2:]
    heads = [bounds.get(name, name.replace("standard_error", "std error")) for name in columns]
    cells = [[format(row[name], _FORMATS.get(name, "#.5g")) for name in columns] for row in rows]
    lines = _lines(shown)
    return [(lines[k], heads, cells[k * q : (k + 1) * q]) for k in range(len(lines))]


def _lines(fit: "LinearFit") -> list[list[str]]:
    """What each target's table has above it."""
    left_out = f" ({fit.left_out} left out)" if fit.left_out else ""
    size = f"{fit.rows} rows{left_out}, {len(fit.names)} parameters, condition {fit.condition:.3g}"
    known = math.floor(fit.expected_digits)
    digits = f"digits to expect {known} given the rows ({fit.accuracy} accuracy)"
    if not known:
        digits += f", because of {fit.limited_by}"
    shares = fit.r_squared.flatten().tolist()
    tops = ["" if fit.target_names == ("y",) else f"{name}: " for name in fit.target_names]
    heads = [f"{top}{size}, {digits}" for top in tops]
    r2 = "R2" if fit.has_intercept else "R2 (around 0)"
    if fit.ridge:
        return [
            [head, f"ridge {fit.ridge:g}, {r2} {share:.6g}"]
            for head, share in zip(heads, shares, strict=True)
        ]
    columns = (fit.r_squared, fit.adjusted_r_squared, fit.sigma, fit.f_statistic, fit.f_p_value)
    free = f"{fit.degrees_of_freedom} degrees of freedom"
    errors = "" if fit.error_kind == "equal noise" else f", standard errors {fit.error_kind}"
    return [
        [
            head,
            f"{r2} {share:.6g}, adjusted {adjusted:.6g}, sigma {sigma:.6g} with {free}",
            f"F {f:.6g}, p {p:.3g}{errors}",
        ]
        for head, share, adjusted, sigma, f, p in zip(
            heads, *(column.flatten().tolist() for column in columns), strict=True
        )
    ]


def _first_targets(fit: "LinearFit") -> "LinearFit":
    """The fit of the targets that are shown: the others would cost time and fill the screen."""
    if len(fit.target_names) <= _MOST:
        return fit
    return replace(
        fit,
        target_names=fit.target_names[:_MOST],
        parameters=fit.parameters[:, :_MOST],
        _square=fit._square[:_MOST],
        _total_square=fit._total_square[:_MOST],
        _target_unit=fit._target_unit[:_MOST],
    )


def _rest(fit: "LinearFit") -> list[str]:
    """What a display says of the targets that it leaves out."""
    more = len(fit.target_names) - _MOST
    return [f"and {more} more targets, which `table()` has"] if more > 0 else []
