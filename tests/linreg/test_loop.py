"""The training loop, against torch's optimizer, the exact solver and numbers worked by hand."""

import copy
import itertools
import math
import re

import pytest
import torch
from torch import Tensor, nn

from linreg import DivergenceError, fit, load_dataset, make_line, make_regression, step


def line_model(weight: float, bias: float) -> nn.Linear:
    """A line with known parameters."""
    model = nn.Linear(1, 1)
    with torch.no_grad():
        model.weight.fill_(weight)
        model.bias.fill_(bias)
    return model


def small_network() -> nn.Module:
    """A model that is not linear, the same each time."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return nn.Sequential(nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 1))


def sgd_losses(model: nn.Module, X: Tensor, y: Tensor, lr: float, steps: int) -> list[float]:
    """The losses of torch's own optimizer and loss; number k is the loss after k steps."""
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = nn.MSELoss()(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return [*losses, nn.MSELoss()(model(X), y).item()]


def exact_loss(X: Tensor, y: Tensor) -> float:
    """The smallest mean squared error that any line has, by torch's least-squares solver."""
    design = torch.cat([X, torch.ones_like(y)], dim=1).double()
    solution = torch.linalg.lstsq(design, y.double()).solution
    return (design @ solution - y).square().mean().item()


def advised_lr(model: nn.Module, X: Tensor, y: Tensor, lr: float) -> float:
    """The rate that a diverging fit tells the user to try."""
    with pytest.raises(DivergenceError) as error:
        fit(model, X, y, lr=lr, steps=1000)
    advice = re.search(r"try lr=(\S+) ", str(error.value))
    assert advice, error.value
    return float(advice[1])


def test_one_step_by_hand() -> None:
    """From 0 x + 0 towards (1, 2) and (2, 4): loss 10, gradients -10 and -6, a tenth of each."""
    model = line_model(0.0, 0.0)
    loss = step(model, torch.tensor([[1.0], [2.0]]), torch.tensor([[2.0], [4.0]]), lr=0.1)
    assert loss.item() == 10.0
    assert model.weight.item() == pytest.approx(1.0)
    assert model.bias.item() == pytest.approx(0.6)


def test_step_is_sgd() -> None:
    """Twenty steps of a network end where twenty steps of `torch.optim.SGD` end."""
    X, y, _, _ = make_line()
    ours, theirs = small_network(), small_network()
    losses = [step(ours, X, y, lr=0.1).item() for _ in range(20)]
    assert losses == pytest.approx(sgd_losses(theirs, X, y, 0.1, 20)[:-1], rel=1e-5)
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(a, b)


def test_the_loss_of_a_step_holds_no_graph() -> None:
    """The loss that a step returns is detached, so a list of them does not fill the memory."""
    X, y, _, _ = make_line()
    loss = step(line_model(0.0, 0.0), X, y, lr=0.1)
    assert loss.shape == ()
    assert not loss.requires_grad


def test_gradients_do_not_pile_up() -> None:
    """A gradient left over from before has no part in the step."""
    X, y, _, _ = make_line()
    fresh, stale = line_model(0.0, 0.0), line_model(0.0, 0.0)
    stale.weight.grad = torch.full((1, 1), 1e6)
    step(fresh, X, y, lr=0.1)
    step(stale, X, y, lr=0.1)
    assert torch.equal(fresh.weight, stale.weight)


def test_frozen_parameters_stay() -> None:
    """A parameter that needs no gradient keeps its value, even with one left over."""
    X, y, _, _ = make_line()
    model = line_model(7.0, 0.0)
    model.weight.grad = torch.ones(1, 1)
    model.weight.requires_grad_(False)
    fit(model, X, y, lr=0.1, steps=200)
    assert model.weight.item() == 7.0
    # With the slope held, the best intercept is the mean of what the slope leaves over.
    assert model.bias.item() == pytest.approx((y - 7 * X).mean().item(), abs=1e-4)


def test_unused_parameters_stay() -> None:
    """A parameter that the prediction does not depend on keeps its value."""
    X, y, _, _ = make_line()
    model = line_model(0.0, 0.0)
    model.register_parameter("unused", nn.Parameter(torch.tensor(3.0)))
    fit(model, X, y, lr=0.1, steps=2)
    assert model.get_parameter("unused").item() == 3.0


def test_fit_ends_at_the_exact_solution() -> None:
    """Gradient descent ends where the exact solver says the optimum is."""
    data = make_regression(200, [1.5, -2.0, 0.5], 4.0, noise=0.3, seed=1, dtype=torch.float64)
    model = nn.Linear(3, 1).double()
    fit(model, data.features, data.target, lr=0.2, steps=2000)

    design = torch.cat([data.features, torch.ones(200, 1, dtype=torch.float64)], dim=1)
    solution = torch.linalg.lstsq(design, data.target).solution
    torch.testing.assert_close(model.weight.detach().T, solution[:3])
    torch.testing.assert_close(model.bias.detach(), solution[3])


@pytest.mark.parametrize("steps", [0, 1, 99, 100, 101, 250])
def test_the_losses_are_those_of_sgd(steps: int) -> None:
    """There are steps + 1 losses, number k being the loss after k steps of `torch.optim.SGD`."""
    X, y, _, _ = make_line()
    losses = fit(small_network(), X, y, lr=0.05, steps=steps)
    assert len(losses) == steps + 1
    assert losses == pytest.approx(sgd_losses(small_network(), X, y, 0.05, steps), rel=1e-5)


def test_no_steps_change_nothing() -> None:
    """Zero steps return the loss of the model and leave it alone: 2 x + 1 misses 2 x by 1."""
    X = torch.tensor([[0.0], [1.0], [2.0]])
    model = line_model(2.0, 1.0)
    assert fit(model, X, 2 * X, lr=0.1, steps=0) == [1.0]
    assert (model.weight.item(), model.bias.item()) == (2.0, 1.0)


def test_several_outputs() -> None:
    """A model with two outputs learns two lines at once, the same as each learns alone."""
    X = torch.tensor([[0.0], [1.0], [2.0]])
    model = nn.Linear(1, 2)
    losses = fit(model, X, torch.cat([3 * X - 1, 5 - X], dim=1), lr=0.3, steps=500)
    assert losses[-1] < 1e-8
    torch.testing.assert_close(model.weight.detach(), torch.tensor([[3.0], [-1.0]]))
    torch.testing.assert_close(model.bias.detach(), torch.tensor([-1.0, 5.0]))


@pytest.mark.parametrize("lr", [0.5, 1.0, 30.0])
def test_divergence_names_the_first_lost_step(lr: float) -> None:
    """The error names the step after which the loss of `torch.optim.SGD` stops being finite."""
    X, y, _, _ = make_line()
    reference = sgd_losses(line_model(0.0, 0.0), X, y, lr, 500)
    lost = next(k for k, loss in enumerate(reference) if not math.isfinite(loss))
    with pytest.raises(DivergenceError, match=rf"after step (\d+) of 500 with lr={lr}:") as error:
        fit(line_model(0.0, 0.0), X, y, lr=lr, steps=500)
    named = re.search(r"step (\d+)", str(error.value))
    # One step of slack: which of two products overflows first may differ between machines.
    assert named
    assert abs(int(named[1]) - lost) <= 1


def test_divergence_message() -> None:
    """One row at x = 1 bends by 4: the advice is 1 / 4, and each miss is 1 - 4 lr of the last."""
    # A factor of 1 - 101 = -100: losses 1e32, 1e36 and 1e40, which float32 cannot hold.
    X, y = torch.tensor([[1.0]]), torch.tensor([[1e16]])
    message = (
        "the loss is inf after step 2 of 10 with lr=25.25: the steps overshoot; try lr=0.25 "
        "(the model is back as it came)"
    )
    with pytest.raises(DivergenceError, match=f"^{re.escape(message)}$"):
        fit(line_model(0.0, 0.0), X, y, lr=25.25, steps=10)


def test_the_last_loss_changes_no_buffers() -> None:
    """Running statistics have seen as many batches as there were steps."""
    X, y, _, _ = make_line()
    model = nn.Sequential(nn.BatchNorm1d(1), nn.Linear(1, 1))
    fit(model, X, y, lr=0.1, steps=3)
    assert model[0].num_batches_tracked == 3


def test_training_under_no_grad() -> None:
    """A caller that has gradients turned off trains the same."""
    X, y, _, _ = make_line()
    with torch.no_grad():
        losses = fit(line_model(0.0, 0.0), X, y, lr=0.1, steps=3)
    assert losses == fit(line_model(0.0, 0.0), X, y, lr=0.1, steps=3)


def test_divergence_loses_nothing() -> None:
    """After divergence, parameters and running statistics are those from before the call."""
    X, y, _, _ = make_line()
    model = nn.Sequential(nn.Linear(1, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))
    before = copy.deepcopy(model.state_dict())
    with pytest.raises(DivergenceError):
        fit(model, X, y, lr=50.0, steps=500)
    after = model.state_dict()
    assert all(torch.equal(after[name], value) for name, value in before.items())
    assert all(parameter.grad is None for parameter in model.parameters())


@pytest.mark.parametrize("name", ["line", "hubble"])
def test_the_advised_rate_converges(name: str) -> None:
    """With the rate that the error names, the same model reaches the exact solution's loss."""
    X, y = (make_line() if name == "line" else load_dataset(name))[:2]
    model = line_model(0.0, 0.0)
    lr = advised_lr(model, X, y, lr=1.0)
    assert fit(model, X, y, lr=lr, steps=500)[-1] == pytest.approx(exact_loss(X, y), rel=1e-4)


def test_the_advised_rate_descends_on_stretched_data() -> None:
    """On features of scales from 0.01 to 100 the advised rate never makes the loss rise."""
    scales = torch.logspace(-2, 2, 10, dtype=torch.float64)
    data = make_regression(100, [1.0] * 10, 0.0, noise=0.1, seed=6, dtype=torch.float64)
    X = data.features * scales
    model = nn.Linear(10, 1).double()
    lr = advised_lr(model, X, data.target, lr=1.0)
    losses = fit(model, X, data.target, lr=lr, steps=300)
    assert all(after <= before for before, after in itertools.pairwise(losses))


def test_the_advised_rate_trains_a_network() -> None:
    """For a network too: with the advised rate it comes within twice the loss of the best line."""
    X, y, _, _ = make_line()
    model = small_network()
    lr = advised_lr(model, X, y, lr=50.0)
    assert fit(model, X, y, lr=lr, steps=1000)[-1] < 2 * exact_loss(X, y)


def test_a_rate_that_failed_is_never_advised() -> None:
    """Where the start is gentler than the way down, the advice is half the rate that failed."""

    class Square(nn.Module):
        """Predicts w squared; the loss (w^2 - 100)^2 bends by 12 w^2 - 400."""

        def __init__(self) -> None:
            super().__init__()
            self.w = nn.Parameter(torch.tensor(5.8))

        def forward(self, X: Tensor) -> Tensor:
            return X * self.w**2

    # It bends by 3.7 at the start, which alone would allow 0.27, but by 800 at the minimum.
    assert advised_lr(Square(), torch.ones(1, 1), torch.full((1, 1), 100.0), lr=0.01) == 0.005


def test_no_rate_helps_where_the_first_loss_overflows() -> None:
    """A miss of 1e30 has a square that float32 cannot hold, and the advice is to rescale."""
    X, y = torch.tensor([[1.0]]), torch.tensor([[1e30]])
    message = (
        "the loss is inf after step 0 of 5 with lr=0.1: the values are too large for their dtype, "
        "so no lr helps; rescale the data (the model is back as it came)"
    )
    with pytest.raises(DivergenceError, match=f"^{re.escape(message)}$"):
        fit(line_model(0.0, 0.0), X, y, lr=0.1, steps=5)


def test_no_rate_is_named_where_the_curvature_overflows() -> None:
    """A feature of 1e18 bends the loss by 2e36 but its square overflows: no made-up number."""
    X, y = torch.tensor([[1e18], [1e19]]), torch.tensor([[1.0], [2.0]])
    message = (
        "the loss is inf after step 1 of 5 with lr=0.1: the steps overshoot; try a much smaller "
        "lr, or rescale the data (the model is back as it came)"
    )
    with pytest.raises(DivergenceError, match=f"^{re.escape(message)}$"):
        fit(line_model(0.0, 0.0), X, y, lr=0.1, steps=5)


def test_divergence_is_an_arithmetic_error() -> None:
    """Code that handles overflow in general handles divergence too."""
    assert issubclass(DivergenceError, ArithmeticError)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.accelerator.is_available(), reason="needs an accelerator")
def test_fit_on_an_accelerator() -> None:
    """The same rows and the same start give the CPU's losses on the accelerator."""
    X, y, _, _ = make_line()
    device = torch.accelerator.current_accelerator()
    expected = fit(small_network(), X, y, lr=0.05, steps=250)
    losses = fit(small_network().to(device), X.to(device), y.to(device), lr=0.05, steps=250)
    assert losses == pytest.approx(expected, rel=1e-3)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.accelerator.is_available(), reason="needs an accelerator")
def test_divergence_on_an_accelerator() -> None:
    """Divergence on the accelerator advises the same rate as on the CPU."""
    X, y, _, _ = make_line()
    device = torch.accelerator.current_accelerator()
    there = advised_lr(line_model(0.0, 0.0).to(device), X.to(device), y.to(device), lr=1.0)
    assert there == advised_lr(line_model(0.0, 0.0), X, y, lr=1.0)
