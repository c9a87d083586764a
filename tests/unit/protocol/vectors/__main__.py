"""Write all vector files."""

from tests.unit.protocol.vectors.files import FOLDER, written
from tests.unit.protocol.vectors.made import made

FOLDER.mkdir(parents=True, exist_ok=True)
for name, value in made().items():
    (FOLDER / f"{name}.json").write_text(written(value))
