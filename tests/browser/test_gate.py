"""The officer's confined worker in a real browser: pixels of a kept photo, and of nothing else."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from habeas.faces import assets
from habeas.portrait import check
from tests.browser.seen import computed

pytestmark = pytest.mark.browser

DECODE = """async file => {
    const bytes = Uint8Array.from(atob(file), char => char.charCodeAt(0));
    const worker = new Worker("/decoder.js");
    const answer = await new Promise((done, fail) => {
        // Before its answer, it tells that it goes on.
        worker.onmessage = ({ data }) => data.goesOn || done(data);
        worker.onerror = () => fail(new Error("the worker failed"));
        worker.postMessage(bytes, [bytes.buffer]);
    });
    worker.terminate();
    if (!answer.picture) return answer;
    const { width, height } = answer.picture;
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext("2d");
    context.drawImage(answer.picture, 0, 0);
    const pixels = context.getImageData(0, 0, width, height).data;
    const mean = channel => {
        let sum = 0;
        for (let at = channel; at < pixels.length; at += 4) sum += pixels[at];
        return 4 * sum / pixels.length;
    };
    return { size: [width, height], means: [mean(0), mean(1), mean(2)] };
}"""


def decode(page, file):
    return computed(page, DECODE, base64.b64encode(file).decode())


def test_both_pictures_that_are_kept_of_a_photo_are_decoded(page):
    kept = check(assets.path("astronaut.png").read_bytes())
    for picture in (kept.upright, kept.cropped):
        with Image.open(io.BytesIO(picture)) as expected:
            means = np.asarray(expected.convert("RGB"), float).mean(axis=(0, 1))
            answer = decode(page, picture)
            assert answer["size"] == list(expected.size)
        assert np.abs(means - answer["means"]).max() < 1


def test_a_bomb_called_a_photo_is_not_decoded(page):
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    assert decode(page, out.getvalue()) == {"refused": "It is no JPEG."}


def test_a_drawing_with_a_script_is_not_decoded(page):
    drawing = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    assert decode(page, drawing) == {"refused": "It is no JPEG."}
