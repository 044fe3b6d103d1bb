"""Drawings as plain numbers for an SVG: no units, no words, no database."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, AXIS_ROOM = 560, 160, 16


@dataclass(frozen=True)
class Bar:
    x: float
    width: float
    up_y: float
    up_height: float
    down_height: float
    label: str
    up: int
    down: int


@dataclass(frozen=True)
class BarChart:
    """Amounts up and down from a line that stands for zero. Both directions share one scale."""

    bars: list[Bar]
    zero: float
    highest_up: int
    highest_down: int
    width: int = WIDTH
    height: int = HEIGHT


def bars(rows: Sequence[tuple[str, int, int]]) -> BarChart:
    """Rows of label, amount up, amount down."""
    up, down = max((row[1] for row in rows), default=0), max((row[2] for row in rows), default=0)
    scale = (HEIGHT - 2 * AXIS_ROOM) / max(up + down, 1)
    zero = round(AXIS_ROOM + up * scale, 2)
    step = WIDTH / max(len(rows), 1)
    drawn = [
        Bar(
            x=round(index * step + step * 0.15, 2),
            width=round(step * 0.7, 2),
            up_y=round(zero - gained * scale, 2),
            up_height=round(gained * scale, 2),
            down_height=round(lost * scale, 2),
            label=label,
            up=gained,
            down=lost,
        )
        for index, (label, gained, lost) in enumerate(rows)
    ]
    return BarChart(bars=drawn, zero=zero, highest_up=up, highest_down=down)
