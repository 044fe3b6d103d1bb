"""What the demo world's clips look like: filter graphs of ffmpeg without an input. Computed small and enlarged, which
keeps all of them together within a minute of one core. No `drawtext` (a machine may lack fonts), and nothing newer than
ffmpeg 5.1."""

from collections.abc import Sequence
from itertools import pairwise

WIDTH, HEIGHT, FPS = 540, 960, 30
SIZE, SMALL = f"{WIDTH}x{HEIGHT}", "270x480"


# --- Colour ---------------------------------------------------------------------------------------------------


def shades(*colors: str) -> str:
    """Colours a grey picture: black becomes the first colour, white the last, evenly between."""
    parts = len(colors) - 1
    channels = []
    for name, at in (("r", 0), ("g", 2), ("b", 4)):
        levels = [int(color[at : at + 2], 16) for color in colors]
        climbs = [
            f"{above - below}*clip(val*{parts}/maxval-{part},0,1)"
            for part, (below, above) in enumerate(pairwise(levels))
        ]
        channels.append(f"{name}='{'+'.join([str(levels[0]), *climbs])}'")
    return f"format=gbrp,lutrgb={':'.join(channels)}"


SUNSET = ("1b1035", "5b1a5e", "c2345c", "f9825b", "ffd98a")
OCEAN = ("03122e", "07406b", "1287a5", "6fd3cf", "eefaf1")
FIRE = ("090306", "5a0d10", "c93a10", "f99b1c", "fff0b3")
FOREST = ("04140f", "0c3b2e", "2c7a4b", "a3c76d", "f4f1c9")
VIOLET = ("0d0628", "3a1a78", "7c3aed", "d46ae6", "ffe3f6")
AURORA = ("030616", "0a2a43", "11806a", "4ff0a0", "d8ffe9")
CANDY = ("2b1055", "7597de", "ff9ecd", "ffd6a5", "fffbe8")
ICE = ("061029", "1f3b73", "5c8fd6", "b7dcf5", "ffffff")
COPPER = ("0f0a0a", "4a2418", "a1512b", "e3a15a", "fdf0d0")
NEON = ("05010f", "12086f", "2b35af", "e11d8f", "2ff3e0")


# --- Pictures -------------------------------------------------------------------------------------------------


def enlarged(flags: str = "bicubic") -> str:
    return f"scale={SIZE}:flags={flags}:out_color_matrix=bt709,format=yuv420p"


# Formulas read x and y from the registers 0 and 1: from the middle, in units of the width, so that y runs from
# about -0.9 to 0.9. Each point costs a microsecond or two: moving pictures are computed tiny, still ones once.
_POINT = "st(0,X/W-0.5);st(1,(Y-H/2)/W);"
_POLAR = f"{_POINT}st(2,hypot(ld(0),ld(1)));st(3,0.5+atan2(ld(1),ld(0))/(2*PI));"  # 2: distance, 3: direction, 0 to 1
STANDING = f"loop=-1:1,setpts=N/{FPS}/TB"


def field(formula: str, colors: Sequence[str], *, width: int = 45) -> str:
    """A grey value, 0 to 1, for every point at every moment T, in colours. For soft shapes."""
    return (
        f"nullsrc=s={width}x{width * HEIGHT // WIDTH}:r=15,format=gray,geq=lum='{_POINT}255*clip({formula},0,1)',"
        f"framerate=fps={FPS}:interp_start=0:interp_end=255:scene=100,scale={SMALL},{shades(*colors)},{enlarged()}"
    )


def still(formula: str, *, size: str = SMALL) -> str:
    """A grey value, 0 to 1, for every point, once and for all."""
    return f"nullsrc=s={size}:r={FPS},trim=end_frame=1,format=gray,geq=lum='{_POINT}255*clip({formula},0,1)',{STANDING}"


def wrapped(pattern: str, across: str, along: str, *, side: int = 360) -> str:
    """A moving square pattern laid over the picture: for every point, `across` and `along` say where in the pattern
    to look, in widths of the pattern, which repeats."""
    maps = (
        f"nullsrc=s={SMALL}:r={FPS},trim=end_frame=1,format=gray16,"
        f"geq=lum='{_POLAR}{side}*mod(100+{formula},1)',{STANDING}[{name}]"
        for name, formula in (("across", across), ("along", along))
    )
    return f"{pattern}[pattern];{';'.join(maps)};[pattern][across][along]remap"


def colored(grey: str, colors: Sequence[str]) -> str:
    return f"{grey},{shades(*colors)},{enlarged()}"


def mirrored(picture: str) -> str:
    """Left mirrored to the right, then the top to the bottom: a kaleidoscope of any quarter picture."""
    return f"{picture},split[l],hflip[r];[l][r]hstack,split[t],vflip[b];[t][b]vstack"


def life(
    colors: tuple[str, str, str], *, rule: str = "S23/B3", ratio: float = 0.2, seed: int = 7, size: str = "108x192"
) -> str:
    """`colors`: of the living, of what has just died, and of the long dead."""
    alive, died, dead = (f"0x{color}" for color in colors)
    return (
        f"life=s={size}:r=15:rule={rule}:ratio={ratio}:seed={seed}:mold=8"
        f":life_color={alive}:death_color={died}:mold_color={dead},fps={FPS}"
    )


def automaton(rule: int, *, size: str = "135x240", **options: object) -> str:
    """White cells on black, a new line with every picture."""
    given = "".join(f":{name}={value}" for name, value in options.items())
    return f"cellauto=s={size}:rule={rule}:r={FPS}:full=1{given},format=gray"


def gradient(*colors: str, kind: str = "linear", speed: float = 0.01, size: str = SIZE) -> str:
    """From corner to corner, turning slowly."""
    given = ":".join(f"c{at}=0x{color}" for at, color in enumerate(colors))
    width, _, height = size.partition("x")
    corners = f"x0=0:y0=0:x1={width}:y1={height}"
    return f"gradients=s={size}:r={FPS}:type={kind}:n={len(colors)}:{given}:{corners}:speed={speed}"


def tinted(shape: str, tint: str) -> str:
    """A shape in the colours of another picture."""
    return f"{shape},format=gbrp[shape];{tint},format=gbrp[tint];[shape][tint]blend=all_mode=multiply"


def drift(cells: str, rate: float, *, seed: int = 5) -> str:
    """Noise so coarse that enlarging it makes drifting shapes, a new one every moment and blended between."""
    return (
        f"color=gray:s={cells}:r={rate},format=gray,noise=alls=100:allf=t:all_seed={seed},"
        f"framerate=fps={FPS}:interp_start=0:interp_end=255:scene=100,scale={SMALL},gblur=sigma=7,"
        "normalize=smoothing=60,format=gray"
    )


def together(mode: str, *layers: str) -> str:
    """Grey layers of one size, blended one after the other."""
    named = "".join(f"{layer},format=gray[layer{at}];" for at, layer in enumerate(layers))
    steps = [f"{'[layer0]' if at == 1 else '[mixed]'}[layer{at}]blend=all_mode={mode}" for at in range(1, len(layers))]
    return named + "[mixed];".join(steps)


def hills(layers: int = 6) -> str:
    """Ranges of hills, the nearer the lower, the darker and the faster; behind them the sky with a low sun."""
    sky = still("0.62-0.3*ld(1)+0.4*clip((0.15-hypot(ld(0)-0.1,ld(1)+0.28))*60,0,1)")
    ranges = (
        still(
            f"1-clip((ld(1)-{0.17 * at - 0.25:.2f}-0.07*sin({2 * (1 + at % 2)}*PI*ld(0)+{at * 2.1:.1f})"
            f"-0.03*sin({2 * (3 + at)}*PI*ld(0)+{at}))*90,0,1)*{1 - 0.62 + 0.13 * at:.2f}"
        )
        + f",scroll=h={0.0002 * (at + 1) ** 2}"
        for at in range(layers)
    )
    return together("darken", sky, *ranges)


def sea() -> str:
    """A sun going down over water: the glints are drifting noise, wide and flat, brightest below the sun."""
    sky = still(
        "0.42-0.3*ld(1)+0.25*exp(-5*hypot(ld(0),ld(1)-0.3))+0.5*clip((0.17-hypot(ld(0),ld(1)-0.3))*60,0,1)",
        size="270x290",
    )
    path = still("0.3+0.7*exp(-pow(ld(0)*5,2))*(0.6-0.5*ld(1))", size="270x190")
    water = together("multiply", drift("5x70", 4) + ",scale=270:190", path)
    return f"{water}[water];{sky}[sky];[sky][water]vstack"


def fireflies(colors: Sequence[str]) -> str:
    """Rare grains, each enlarged to a light that fades slowly."""
    return (
        f"nullsrc=s=27x48:r=10,format=gray,geq=lum='255*gt(random(1),0.9985)',fps={FPS},"
        f"scale={SMALL},gblur=sigma=4,lagfun=decay=0.96,lut=y='val*2.2',format=gray,{shades(*colors)},{enlarged()}"
    )


def dusk() -> str:
    """The camera looks up from the horizon to the first stars."""
    stars = "0.6*gt(random(5),0.9992)*lt(ld(1),-0.2)"
    sky = still(f"0.42+0.32*ld(1)+{stars}", size="270x900")
    return f"{sky},crop=270:480:x=0:y='(ih-oh)*(0.5+0.5*cos(t*PI/5))'"


def blobs(*orbits: tuple[float, float, float, float]) -> str:
    """Round lights on orbits (width, height, speed, phase) that melt into each other."""
    return "+".join(
        f"0.012/(pow(ld(0)-{wide}*sin({speed}*T+{phase}),2)"
        f"+pow(ld(1)-{high}*cos({speed * 0.7:.2f}*T+{phase * 1.7:.2f}),2)+0.004)"
        for wide, high, speed, phase in orbits
    )


def lissajous(left: int, right: int) -> str:
    """Two tones against each other, one a little faster than in tune, so that the figure turns."""
    return (
        f"aevalsrc='0.6*sin(2*PI*{left}*t)|0.6*sin(2*PI*{right}*t+t)':s=48000,"
        f"avectorscope=s={SMALL}:r={FPS}:mode=lissajous_xy:draw=line:zoom=1.3:rc=200:gc=200:bc=200:rf=8:gf=8:bf=8,"
        "format=gray"
    )


def moving(picture: str, x: str, y: str) -> str:
    """A window as large as the screen's small version, wandering over a larger picture."""
    return f"{picture},crop=270:480:x='(iw-ow)/2*(1+{x})':y='(ih-oh)/2*(1+{y})'"


PLASMA = "0.5+0.2*sin(6*ld(0)+T)+0.2*sin(5*ld(1)-1.3*T)+0.2*sin(7*hypot(ld(0)-0.3*sin(T/2),ld(1)-0.4*cos(T/3))+T)"
CURTAINS = (
    "st(2,0.12*sin(5*ld(0)+0.7*T)+0.05*sin(13*ld(0)-T));st(3,ld(1)+ld(2)-0.15);"
    "(0.35+0.65*pow(0.5+0.5*sin(26*ld(0)+6*ld(2)+1.3*T),2))*if(lt(ld(3),0),exp(2.6*ld(3)),exp(-16*ld(3)))"
    "+0.12*clip(0.9-ld(1),0,1)"
)
PANES = 7
GLASS = (
    "2.2*"
    + "".join(
        f"min(hypot(ld(0)-{0.4 - 0.08 * at:.2f}*sin({0.5 + 0.13 * at:.2f}*T+{at * 2.3:.1f}),"
        f"ld(1)-0.75*cos({0.4 + 0.09 * at:.2f}*T+{at * 1.1:.1f})),"
        for at in range(PANES)
    )
    + "1"
    + ")" * PANES
)
WAVES = "0.5+0.5*sin(2*PI*(ld(1)+0.5))"  # one wave, upright, of a square pattern
RINGS = still("0.5+0.5*clip(5*sin(110*hypot(ld(0),ld(1))),-1,1)", size="540x960")
