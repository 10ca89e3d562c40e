"""A command that is ended stops what it started."""

from __future__ import annotations

import os
import signal

import pytest

from cli.signals import ENDING, ending_as_by_ctrl_c


@pytest.mark.parametrize("number", ENDING)
def test_ending_signals_are_like_ctrl_c_within_the_block(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), ending_as_by_ctrl_c():
        os.kill(os.getpid(), number)
    assert signal.getsignal(number) == before
