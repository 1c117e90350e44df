"""The page that colours a photograph, in a browser: what it shows, and whom it asks."""

import io
import json
import threading

import numpy as np
import pytest
import serve_book
from chromium import DESKTOP, PHONE, needs_chromium
from PIL import Image

from colorlab import images, load_pretrained
from colorlab.color import ab_bins, conversions, luma
from colorlab.color.ranges import levels_to_signed
from colorlab.export.web import PAGE, export_web
from colorlab.inference.colorizer import Colorizer
from colorlab.inference.hint_residuals import add_residuals
from colorlab.inference.network_input import network_input
from colorlab.inference.predictors import OnnxPredictor

pytestmark = [pytest.mark.book, needs_chromium]


@pytest.fixture(scope="module")
def hinted_file(tmp_path_factory):
    """Return an ONNX file with a small network of random weights that takes hints."""
    from colorlab.export.onnx import write_onnx
    from colorlab.networks.efficientnet_unet import build_efficientnet_unet

    network = build_efficientnet_unet(0, filters=(8, 8, 8, 8), repeats=(0, 0, 0, 0))
    random = np.random.default_rng(15)
    head = network.get_layer("classes")
    kernel, bias = head.get_weights()
    head.set_weights([random.normal(0, 3, kernel.shape), random.normal(0, 1, bias.shape)])
    path = tmp_path_factory.mktemp("hinted") / "hinted.onnx"
    write_onnx(network, path, {"image_size": 64, "stride": 32})
    return path


@pytest.fixture(scope="module")
def address(node_modules, tmp_path_factory, chroma_file, hinted_file):
    """Serve a page with small networks, of which the second takes hints, and a shipped one."""
    folder = tmp_path_factory.mktemp("page") / "colorize"
    export_web([chroma_file, hinted_file, "default"], folder, node_modules)
    with serve_book.serve(folder) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def page(browser, address):
    """Open the page, and fail in the end if it asked anybody else or had an error."""
    context = browser.new_context(viewport=PHONE)
    opened, asked, faults = context.new_page(), [], []
    context.on("request", lambda request: asked.append(request.url))
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda message: message.type == "error" and faults.append(message.text))
    opened.goto(address)
    opened.locator("#samples button").last.wait_for()
    yield opened
    assert [url for url in asked if not url.startswith((address, "blob:" + address))] == []
    assert faults == []
    assert opened.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    context.close()


def wait_for(page, words):
    page.locator("#status", has_text=words).wait_for(timeout=120_000)


def choose(page, picture, name="photo.png", words="in colour"):
    """Give the page a picture, and wait until it says how that went."""
    content = picture
    if not isinstance(picture, bytes):
        stream = io.BytesIO()
        picture.save(stream, "PNG")
        content = stream.getvalue()
    page.set_input_files("#file", {"name": name, "mimeType": "image/png", "buffer": content})
    wait_for(page, words)


def shown(page):
    """Return the pixels of the photograph as it is shown in colour, when that is up to date."""
    page.locator("#stage:not([aria-busy='true'])").wait_for(timeout=120_000)
    page.evaluate("document.getElementById('wipe').value = 0")
    page.locator("#wipe").dispatch_event("input")
    numbers = page.evaluate(
        """() => {
            const canvas = document.getElementById('stage');
            const { width, height } = canvas;
            const data = canvas.getContext('2d').getImageData(0, 0, width, height).data;
            return [height, width, Array.from(data)];
        }"""
    )
    height, width, data = numbers
    return np.array(data).reshape(height, width, 4)[..., :3]


def levels_apart(seen, expected):
    # The line of the wipe lies on the first columns.
    return int(np.abs(seen[:, 8:].astype(int) - expected[:, 8:]).max())


@pytest.fixture(scope="module")
def sample():
    import skimage.data

    return Image.fromarray(skimage.data.coffee()[100:300, 200:450])


def test_the_page_colours_as_the_library_does(page, sample, chroma_file):
    choose(page, sample)
    expected = load_pretrained(chroma_file).colorize(np.asarray(sample))
    assert levels_apart(shown(page), expected) <= 2
    assert page.locator("#hints").is_hidden()
    assert "takes no hints" in page.inner_text("#no-hints")


def test_a_network_that_is_chosen_while_another_loads_is_the_one_that_colours(
    page, sample, chroma_file
):
    choose(page, sample)
    expected = load_pretrained(chroma_file).colorize(np.asarray(sample))
    for number in (2, 0):
        page.evaluate(f"document.getElementById('model').selectedIndex = {number}")
        page.locator("#model").dispatch_event("change")
    wait_for(page, "Coloured by random.")
    assert levels_apart(shown(page), expected) <= 2


def test_a_sample_that_cannot_be_fetched_is_said(browser, address):
    page = browser.new_page()
    page.goto(address)
    page.locator("#samples button").last.wait_for()
    page.route("**/samples/coffee.jpg", lambda route: route.abort())
    page.locator("#samples button").last.click()
    wait_for(page, "coffee could not be loaded")
    page.close()


def test_a_hint_colours_as_the_library_does(page, sample, hinted_file):
    page.evaluate("document.getElementById('model').selectedIndex = 1")
    page.locator("#model").dispatch_event("change")
    choose(page, sample)
    predictor = OnnxPredictor(hinted_file)
    before = Colorizer(predictor).colorize(np.asarray(sample))
    assert levels_apart(shown(page), before) <= 2
    busy = page.evaluate(
        """() => {
            document.getElementById('saturation').dispatchEvent(new Event('input'));
            return document.getElementById('stage').getAttribute('aria-busy');
        }"""
    )
    assert busy == "true"
    assert levels_apart(shown(page), before) <= 2  # waits until it is not

    box = page.locator("#stage").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.locator("#suggestions button").first.wait_for()
    page.fill("#picker", "#a02020")
    page.locator("#list li").wait_for()
    with page.expect_download() as waiting:
        page.click("#save-hints")
    hints_file = json.loads(waiting.value.path().read_text(encoding="utf-8"))
    assert waiting.value.suggested_filename == "photo.hints.json"
    assert (hints_file["width"], hints_file["height"]) == sample.size
    (hint,) = hints_file["hints"]
    assert abs(hint["x"] - 125) <= 1 and abs(hint["y"] - 100) <= 1

    grey = images.to_grey(np.asarray(sample))
    padded, (rows, columns) = network_input(grey, 64, 32)
    height, width = (side // 4 for side in padded.shape[:2])
    hints = np.zeros((1, height, width, 3), "float32")
    row = int(hint["y"] / 200 * rows * height)
    column = int(hint["x"] / 250 * columns * width)
    hints[0, row, column, :2] = conversions.srgb_to_lab(np.array([0xA0, 0x20, 0x20]) / 255)[1:]
    hints[0, row, column, 2] = 1
    logits = predictor.predict(levels_to_signed(padded[None]), hints)[0]
    ab = add_residuals(ab_bins.annealed_mean(logits, 0.4), padded, hints[0])
    expected = luma.recombine(grey, ab, 1.0, (rows, columns))
    # A marker hides the place itself; the hint also changes what lies around it.
    marked = np.zeros(grey.shape, bool)
    marked[hint["y"] - 20 : hint["y"] + 20, hint["x"] - 20 : hint["x"] + 20] = True
    assert levels_apart(np.where(marked, before, expected), before) > 10
    assert levels_apart(np.where(marked, expected, shown(page)), expected) <= 2

    with page.expect_download() as waiting:
        page.click("#save")
    assert waiting.value.suggested_filename == "photo_colour.jpg"
    with Image.open(waiting.value.path()) as saved:
        assert saved.size == sample.size
    page.keyboard.press("Control+z")
    assert page.locator("#list li").count() == 0


def test_undo_while_a_hint_is_dragged_loses_no_hint(page, sample):
    page.evaluate("document.getElementById('model').selectedIndex = 1")
    page.locator("#model").dispatch_event("change")
    choose(page, sample)

    def place():
        page.locator("#stage").scroll_into_view_if_needed()
        box = page.locator("#stage").bounding_box()
        return box["x"] + box["width"] / 4, box["y"] + box["height"] / 2

    page.mouse.click(*place())
    page.locator("#suggestions button").first.click()
    before = page.inner_text("#list")
    x, y = place()
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 30, y)
    assert page.inner_text("#list") != before
    page.keyboard.press("Control+z")
    assert page.inner_text("#list") == before
    page.mouse.move(x + 60, y)
    page.mouse.move(x + 70, y)
    page.mouse.up()
    assert page.locator("#list li").count() == 1 and page.inner_text("#list") != before
    page.keyboard.press("Control+z")
    assert page.inner_text("#list") == before


def test_the_keyboard_alone_sets_a_hint(page, sample):
    page.evaluate("document.getElementById('model').selectedIndex = 1")
    page.locator("#model").dispatch_event("change")
    choose(page, sample)
    page.focus("#stage")
    for key in ("ArrowRight", "Shift+ArrowDown", "Enter"):
        page.keyboard.press(key)
    page.locator("#suggestions button").first.wait_for()
    page.keyboard.press("Enter")
    page.locator("#list li").wait_for()
    assert "Remove the hint" in page.locator("#list button").get_attribute("aria-label")


def test_variants_are_the_library_s_and_are_chosen_by_keyboard(page, sample):
    # Of random weights no places are alike, and the least rounding makes other clusters.
    page.evaluate("document.getElementById('model').selectedIndex = 2")
    page.locator("#model").dispatch_event("change")
    choose(page, sample)
    page.focus("#several")
    page.keyboard.press("Space")
    page.locator("#colorings button").nth(3).wait_for()
    wait_for(page, "3 other colourings")
    session = load_pretrained("default").session(np.asarray(sample))
    expected = [session.colorize(), *session.variants(3)]
    assert levels_apart(shown(page), expected[0]) <= 2
    for number in (1, 2, 3):
        page.keyboard.press("Tab")
        page.keyboard.press("Tab") if number == 1 else None
        page.keyboard.press("Enter")
        wait_for(page, f"Variant {number} of 3 is shown")
        pressed = page.locator("#colorings [aria-pressed=true]")
        assert pressed.inner_text() == f"Variant {number}"
        assert levels_apart(shown(page), expected[number]) <= 2
        assert levels_apart(shown(page), expected[0]) > 5
    with page.expect_download() as waiting:
        page.click("#save")
    assert waiting.value.suggested_filename == "photo_variant3.jpg"
    page.focus("#several")
    page.keyboard.press("Space")
    assert page.locator("#colorings").is_hidden()


@pytest.mark.parametrize("event", ["drop", "paste"])
def test_a_picture_can_be_dropped_and_pasted(page, event):
    page.evaluate(
        """async (event) => {
            const sample = await (await fetch('samples/coffee.jpg')).blob();
            const data = new DataTransfer();
            data.items.add(new File([sample], 'cup.jpg', { type: 'image/jpeg' }));
            document.dispatchEvent(event === 'drop'
                ? new DragEvent(event, { dataTransfer: data })
                : new ClipboardEvent(event, { clipboardData: data }));
        }""",
        event,
    )
    wait_for(page, "cup: 600 × 400 pixels, in colour")


def test_the_same_file_can_be_chosen_twice(page, sample):
    choose(page, sample)
    choose(page, b"", "empty.png", "not a picture")
    choose(page, sample)


def test_an_exif_orientation_is_applied(page, sample):
    stream = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    sample.save(stream, "JPEG", exif=exif)
    choose(page, stream.getvalue(), "turned.jpg")
    assert "turned: 200 × 250 pixels" in page.inner_text("#status")


def test_what_is_no_picture_is_said_in_one_line(page):
    choose(page, b"Dear Sir or Madam", "letter.png", "not a picture")
    assert page.locator("#work").is_hidden()


def test_48_megapixels_are_reduced_and_that_is_said(page):
    choose(page, Image.new("L", (8000, 6000), 90), words="48 megapixels")
    assert "reduced to 5656 × 4242" in page.inner_text("#status")


def test_without_webassembly_the_page_says_so(browser, address):
    page = browser.new_page()
    page.add_init_script("delete globalThis.WebAssembly")
    page.goto(address)
    wait_for(page, "no WebAssembly")
    page.close()


def test_opened_as_a_file_the_page_names_the_server(browser):
    page = browser.new_page()
    page.goto((PAGE / "index.html").as_uri())
    assert "make serve" in page.inner_text("#status")
    page.close()


def test_a_frame_keeps_its_height_until_the_page_in_it_has_come(browser, address):
    page, asked = browser.new_page(), []
    outside = '<iframe class="colorize" src="inside" style="height: 500px"></iframe>'
    outside += '<script src="embed.js" defer></script>'
    page.route("**/outside", lambda route: route.fulfill(body=outside, content_type="text/html"))
    page.route("**/inside", lambda route: asked.append(route))
    with page.expect_request("**/inside"):
        page.goto(f"{address}outside", wait_until="domcontentloaded")
    height = "document.querySelector('iframe').clientHeight"
    frames = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    page.evaluate(frames)
    assert page.evaluate(height) == 500
    inside = '<!doctype html><body style="margin: 0"><div style="height: 300px"></div>'
    asked[0].fulfill(body=inside, content_type="text/html")
    page.wait_for_function(f"{height} === 308")
    page.close()


def test_neither_page_nor_worker_may_ask_anybody_else(browser, address, tmp_path, sample):
    asked = []
    with serve_book.serve(tmp_path) as elsewhere:
        elsewhere.RequestHandlerClass = lambda *arguments: asked.append(arguments)
        threading.Thread(target=elsewhere.serve_forever, daemon=True).start()
        page = browser.new_page(viewport=DESKTOP)
        page.goto(address)
        page.locator("#samples button").last.wait_for()
        choose(page, sample)
        (worker,) = page.workers
        for place in (page, worker):
            refused = place.evaluate(
                "(url) => fetch(url, { mode: 'no-cors' }).then(() => false, () => true)",
                f"http://127.0.0.1:{elsewhere.server_port}/",
            )
            assert refused
        page.close()
        elsewhere.shutdown()
    assert asked == []
