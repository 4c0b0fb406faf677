"""What a chart shows, read from its SVG: labels and values from the top, and whose the bars are."""

from dataclasses import dataclass
from xml.etree import ElementTree


@dataclass
class Drawn:
    labels: list[str]
    values: list[list[str]]
    key: list[str]
    lengths: list[list[float]]
    said: str
    root: ElementTree.Element


def drawn(svg: str) -> Drawn:
    root = ElementTree.fromstring(svg)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    labels = [" ".join(text.itertext()) for text in root.findall(".//g[@class='axis y']//text")]
    return Drawn(
        labels=labels[::-1],
        values=[[text.text for text in group.findall("text")][::-1] for group in _groups(root, "plot text-overlay")],
        key=[text.text for text in root.findall(".//g[@class='legends']//text")],
        lengths=[
            [float(rect.get("width", 0)) for rect in group.findall(".//rect")][::-1] for group in _groups(root, "plot")
        ],
        said=root.get("aria-label"),
        root=root,
    )


def _groups(root: ElementTree.Element, plot: str) -> list[ElementTree.Element]:
    """The groups of one plot in the order in which they were given; the last one is drawn first."""
    found = root.findall(f".//g[@class='{plot}']/g")
    return sorted((g for g in found if "serie-" in g.get("class")), key=lambda g: g.get("class"))
