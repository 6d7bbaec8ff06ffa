"""What a page carries for its own scripts: the JSON in its <script> elements, its title, its ids."""

from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser


class Page:
    """An HTML page, read leniently: no input makes it raise."""

    def __init__(self, body: bytes) -> None:
        self._tree = LexborHTMLParser(body.decode("utf-8", "replace"))

    @property
    def title(self) -> str:
        """The text of <title>; empty where there is none."""
        node = self._tree.css_first("title")
        return node.text().strip() if node is not None else ""

    def script(self, element_id: str) -> str | None:
        """The text of the <script> of that id; None where there is none."""
        node = self._tree.css_first(f'script[id="{element_id}"]')
        return node.text() if node is not None else None

    def scripts(self, attribute: str) -> Iterator[str]:
        """The texts of the <script> elements that carry `attribute`, in page order."""
        for node in self._tree.css(f"script[{attribute}]"):
            yield node.text()

    def has_ids(self, *element_ids: str) -> bool:
        """Whether there is an element of each id."""
        return all(self._tree.css_first(f'[id="{element_id}"]') is not None for element_id in element_ids)

    def attributes(self, name: str) -> Iterator[str]:
        """The values of the attribute of that name, in page order."""
        for node in self._tree.css(f"[{name}]"):
            yield node.attributes.get(name) or ""

    @property
    def addresses(self) -> list[str]:
        """What the page says its own address is: the canonical one, and the one for sharing."""
        links = [node.attributes.get("href") for node in self._tree.css('link[rel="canonical"]')]
        shared = [node.attributes.get("content") for node in self._tree.css('meta[property="og:url"]')]
        return [address for address in (*links, *shared) if address]
