"""What the look promises and a machine can check: contrast in both themes, a light feed page, a strict policy."""

import gzip
import math
import re
import shutil
from pathlib import Path

import django_htmx
import pytest
from django.core.files.storage import FileSystemStorage

from socialvideo.lib.static_files import Static

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"
CSS = (STATIC / "css" / "tokens.css").read_text()
OKLCH = r"oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)"

TEXT = [
    *((text, ground) for text in ("text", "muted") for ground in ("bg", "surface", "raised", "sunken", "hover")),
    *(
        (f"{kind}-text", ground)
        for kind in ("accent", "danger", "success", "warning")
        for ground in ("bg", "surface", "raised")
    ),
    *((f"{kind}-text", f"{kind}-soft") for kind in ("accent", "danger", "success", "warning")),
    *(("text", f"{kind}-soft") for kind in ("accent", "danger", "success", "warning")),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
    ("on-danger", "danger"),
    ("on-danger", "danger-hover"),
]
SHAPES = [("outline", "bg"), ("outline", "surface"), ("accent", "bg"), ("accent-text", "surface"), ("danger", "bg")]


def _luminance(lightness: float, chroma: float, hue: float) -> float:
    """Relative luminance (WCAG) of an OKLCH colour, clipped to sRGB as browsers do at worst."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    red, green, blue = (min(1.0, max(0.0, channel)) for channel in (red, green, blue))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _colour(name: str, theme: str) -> float:
    match = re.search(rf"--{name}: light-dark\({OKLCH}, {OKLCH}\)", CSS)
    assert match, f"--{name} has no light-dark() value"
    numbers = [float(number) for number in match.groups()]
    lightness, chroma, hue = numbers[:3] if theme == "light" else numbers[3:]
    return _luminance(lightness / 100, chroma, hue)


def _contrast(one: str, other: str, theme: str) -> float:
    dark, light = sorted((_colour(one, theme), _colour(other, theme)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_computed_as_wcag_says() -> None:
    assert (_luminance(1, 0, 0) + 0.05) / (_luminance(0, 0, 0) + 0.05) == pytest.approx(21, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_text_can_be_read(text: str, ground: str, theme: str) -> None:
    assert _contrast(text, ground, theme) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_controls_can_be_seen(shape: str, ground: str, theme: str) -> None:
    assert _contrast(shape, ground, theme) >= 3


def _colour_of(name: str) -> tuple[list[float], float]:
    """OKLCH and opacity of a colour that is the same in both themes."""
    match = re.search(rf"--{name}: oklch\(([\d.]+)% ([\d.]+) ([\d.]+)(?: / ([\d.]+))?\)", CSS)
    assert match, f"--{name} is no oklch()"
    lightness, chroma, hue, alpha = match.groups(default="1")
    return [float(lightness) / 100, float(chroma), float(hue)], float(alpha)


def _srgb(luminance: float) -> float:
    return 12.92 * luminance if luminance <= 0.0031308 else 1.055 * luminance ** (1 / 2.4) - 0.055


def test_text_on_a_video_can_be_read_on_the_brightest_picture() -> None:
    text, _ = _colour_of("on-video")
    scrim, alpha = _colour_of("scrim")
    ground = alpha * _srgb(_luminance(*scrim)) + (1 - alpha)  # browsers blend in sRGB; the picture is white
    linear = ground / 12.92 if ground <= 0.04045 else ((ground + 0.055) / 1.055) ** 2.4
    assert (_luminance(*text) + 0.05) / (linear + 0.05) >= 4.5


SHEETS = sorted((STATIC / "css").rglob("*.css"))
PHYSICAL = re.compile(
    r"(?<![\w-])(?:(?:margin|padding|border|inset|scroll-margin|scroll-padding)-(?:left|right)[a-z-]*|left|right|float|clear)\s*:"
    r"|(?:text-align|justify-[a-z]+)\s*:\s*(?:left|right)\b|border-(?:top|bottom)-(?:left|right)-radius"
)
FOUR_SIDES = re.compile(
    r"(?<![\w-])((?:margin|padding|inset|border-(?:width|style|color)|scroll-margin|scroll-padding)\s*:[^;{}]+);"
)


def _values(declaration: str) -> list[str]:
    """The values of a shorthand; what stands in brackets is one."""
    value, inner = declaration.partition(":")[2], re.compile(r"\([^()]*\)")
    while inner.search(value):
        value = inner.sub("", value)
    return value.split()


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_styles_know_start_and_end_but_no_left_and_right(sheet: Path) -> None:
    """So that a page reads from right to left as well."""
    css = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
    assert not PHYSICAL.findall(css)
    uneven = [found for found in FOUR_SIDES.findall(css) if len(_values(found)) == 4]
    assert not uneven, "its second and fourth value are right and left"


def test_every_stylesheet_is_listed() -> None:
    listed = set(re.findall(r'@import url\("([^"]+)"\)', (STATIC / "css" / "site.css").read_text()))
    files = {path.relative_to(STATIC / "css").as_posix() for path in (STATIC / "css").rglob("*.css")}
    assert files - {"site.css", "offline.css"} == listed  # the page without a network stands alone


def test_in_production_the_look_is_one_file(tmp_path: Path) -> None:
    """Collected twice, the second time with a component changed: it is as new as its parts."""
    source = tmp_path / "source"
    shutil.copytree(STATIC, source, ignore=lambda *_: ["vendor", "desk", "icons", "js"])
    collected = FileSystemStorage(source)
    paths = {str(path.relative_to(source)): (collected, str(path.relative_to(source))) for path in source.rglob("*.*")}
    target = Static(tmp_path / "target", "/static/")
    for path in paths:
        (tmp_path / "target" / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / path, tmp_path / "target" / path)
    for word in ("", "/* changed */"):
        button = source / "css/components/button.css"
        button.write_text(button.read_text() + word)
        assert not [failed for *_, failed in target.post_process(paths) if isinstance(failed, Exception)]
        whole = Path(target.path(target.stored_name("css/site.css"))).read_text()
        assert "@import" not in whole
        assert re.search(r"fonts/inter-latin-5\.3\.0\.[0-9a-f]{12}\.woff2", whole)
        rules = [path.read_text().strip() for path in (source / "css/components").glob("*.css") if path != button]
        assert all(rule in whole for rule in rules)
        assert whole.count("@layer components {") == len(rules) + 1
        assert word in whole


def test_components_name_no_files() -> None:
    """They would be looked for from another folder, once they are one file."""
    assert not [path.name for path in (STATIC / "css" / "components").glob("*.css") if "url(" in path.read_text()]


def test_our_scripts_and_htmx_are_light() -> None:
    """All that a feed page can load besides hls.js, which only comes where the browser plays no HLS."""
    htmx = Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-2.min.js"
    files = [*sorted((STATIC / "js").glob("*.js")), htmx]
    assert sum(len(gzip.compress(path.read_bytes())) for path in files) <= 120 * 1024


def test_every_listed_element_has_its_module() -> None:
    listed = re.findall(r'^  "([a-z-]+)",$', (STATIC / "js" / "site.js").read_text(), re.MULTILINE)
    assert listed
    for name in listed:
        assert f'customElements.define("{name}"' in (STATIC / "js" / f"{name}.js").read_text()


PAGES = [path for path in sorted((ROOT / "templates").rglob("*.html")) if not path.stem.endswith("_mail")]


@pytest.mark.parametrize("template", PAGES, ids=lambda path: path.name)
def test_templates_need_no_inline_style_or_handler(template: Path) -> None:
    """The content security policy refuses both; a page that relies on them breaks silently."""
    text = template.read_text()
    assert not re.search(r"<style\b|\sstyle=|\son[a-z]+=\"|javascript:", text)
