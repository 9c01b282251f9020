"""Cut the fonts down to what the site uses; a page then loads a third of their bytes.

    npm pack katex@0.19.1 && tar xzf katex-0.19.1.tgz
    pip install fonttools brotli
    python docs/theme/subset.py package/dist/fonts

The style sheet then says what each of KaTeX's fonts holds, in `unicode-range`, and the walk in
tests/browser fails for a formula with a character beyond it: add it below and run this again.
"""

import re
import sys
from pathlib import Path

from fontTools import subset

KATEX = Path(__file__).parent / "assets" / "katex"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
SIGNS = "0123456789()[]{}|+,-./:;<=>@^~\xa0\u200b×·←→∂∇∏√−≈≠≤≥∈∞⊤⋅⋯"
LARGE = "()[]{}|∏∑√"
KEPT = {
    "KaTeX_Main-Regular": LETTERS + SIGNS,
    "KaTeX_Math-Italic": LETTERS + "ABEHLNWXYβδεηθλμσ",
    "KaTeX_SansSerif-Regular": "T",
    "KaTeX_Size1-Regular": LARGE,
    "KaTeX_Size2-Regular": LARGE,
    "KaTeX_Size3-Regular": LARGE,
    "KaTeX_Size4-Regular": LARGE,
}
"""What is kept of a font; of the others, nothing: their rules leave the style sheet."""


def main(originals: Path) -> None:
    """Write the subsets, and the style sheet that asks for them."""
    sheet = (KATEX / "katex.css").read_text(encoding="utf-8")
    options = subset.Options(flavor="woff2", hinting=False, layout_features=["kern"])
    for path in sorted(originals.glob("*.woff2")):
        rule = re.search(rf"@font-face ?{{[^}}]*{path.stem}\.woff2[^}}]*}}", sheet)
        kept = KEPT.get(path.stem)
        if not kept:
            (KATEX / "fonts" / path.name).unlink(missing_ok=True)
            sheet = sheet.replace(rule[0], "") if rule else sheet
            continue
        font = subset.load_font(path, options)
        held = sorted(set(map(ord, kept)) & set(font.getBestCmap()))
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=held)
        subsetter.subset(font)
        subset.save_font(font, KATEX / "fonts" / path.name, options)
        assert rule, path.name
        plain = re.sub(r";?unicode-range:[^;}]*", "", rule[0]).rstrip("};\n ")
        ranges = ",".join(_runs(held))
        sheet = sheet.replace(rule[0], f"{plain};unicode-range:{ranges}}}")
        print(f"{path.name}: {(KATEX / 'fonts' / path.name).stat().st_size} bytes")
    (KATEX / "katex.css").write_text(sheet, encoding="utf-8")


def _runs(codes: list[int]) -> list[str]:
    """Code points in ascending order, as CSS writes ranges of them."""
    runs: list[list[int]] = []
    for code in codes:
        if runs and code == runs[-1][1] + 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return [f"U+{a:X}" + (f"-{b:X}" if b > a else "") for a, b in runs]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
