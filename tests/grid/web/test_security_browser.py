"""What a real browser makes of the company's logo, which may be any SVG."""

from playwright.sync_api import Browser, ConsoleMessage

from grid.web.scene import Scene, served

LOGO = """<svg xmlns="http://www.w3.org/2000/svg" width="100" height="40"><style>rect { fill: #ff0000 }</style>
<script>document.title = "ran"; fetch("/log")</script><rect width="100" height="40"/></svg>"""
COLOUR = """() => {
  const logo = document.querySelector(".logo"), canvas = document.createElement("canvas");
  const paper = canvas.getContext("2d");
  paper.drawImage(logo, 0, 0);
  return [...paper.getImageData(5, 5, 1, 1).data];
}"""


def test_a_logo_has_its_own_style_and_runs_nothing(quick: Scene, chromium: Browser) -> None:
    (quick.folder / "logo.svg").write_text(LOGO)
    quick.with_company(logo="logo.svg")
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        said.append(message.text)

    with served(quick) as address:
        page = chromium.new_page()
        page.on("console", hear)
        page.goto(address)
        page.wait_for_function("document.querySelector('.logo').complete")
        assert page.evaluate(COLOUR) == [255, 0, 0, 255]
        assert said == []
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{address}/logo")
        assert page.title() != "ran"
        assert asked == [f"{address}/logo"]
        assert any("script" in text for text in said)  # the browser says that it was refused
        page.close()
