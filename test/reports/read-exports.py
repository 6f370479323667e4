"""Reads exports with other projects' readers and prints what they found as JSON: read-exports.py READER PATH."""

import csv
import json
import sys
from pathlib import Path


def read_csv(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.reader(file, strict=True))


def read_openpyxl(path):
    from openpyxl import load_workbook

    book = load_workbook(path)
    properties = book.properties
    sheets = {}
    for sheet in book.worksheets:
        cells = [[cell for cell in row] for row in sheet.iter_rows()]
        sheets[sheet.title] = {
            "values": [[str(cell.value) if cell.is_date else cell.value for cell in row] for row in cells],
            "types": [["d" if cell.is_date else cell.data_type for cell in row] for row in cells],
            "frozen": sheet.freeze_panes,
            "filter": sheet.auto_filter.ref,
            "widths": [dimension.width for dimension in sheet.column_dimensions.values()],
            "pictures": [
                [image.anchor._from.row, image.anchor._from.col, image.format, image.width, image.height]
                for image in sheet._images
            ],
        }
    return {
        "sheets": sheets,
        "title": properties.title,
        "created": properties.created.isoformat(),
        "modified": properties.modified.isoformat(),
    }


def read_pycocotools(path):
    import contextlib

    from pycocotools.coco import COCO

    with contextlib.redirect_stdout(sys.stderr):
        coco = COCO(path)
    found = []
    for annotation in coco.loadAnns(coco.getAnnIds()):
        mask = coco.annToMask(annotation)
        rows, columns = mask.nonzero()
        found.append(
            {
                "image": coco.loadImgs(annotation["image_id"])[0]["file_name"],
                "category": coco.loadCats(annotation["category_id"])[0]["name"],
                "polygon": isinstance(annotation["segmentation"], list),
                "area": annotation["area"],
                "bbox": annotation["bbox"],
                "pixels": int(mask.sum()),
                "box": [
                    int(columns.min()),
                    int(rows.min()),
                    int(columns.max() - columns.min() + 1),
                    int(rows.max() - rows.min() + 1),
                ],
            }
        )
    return found


def read_pyarrow(path):
    import pyarrow.parquet as parquet

    found = {}
    for each in Path(path).glob("*.parquet"):
        file = parquet.ParquetFile(each)
        table = file.read()
        rows = [
            {key: value.isoformat(timespec="milliseconds") if hasattr(value, "isoformat") else value for key, value in row.items()}
            for row in table.to_pylist()
        ]
        found[each.stem] = {
            "types": {field.name: str(field.type) for field in table.schema},
            "groups": [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)],
            "metadata": {key.decode(): value.decode() for key, value in (file.metadata.metadata or {}).items()},
            "rows": rows,
        }
    return found


def read_datumaro(path):
    import shutil
    import tempfile
    from xml.etree import ElementTree

    from datumaro.plugins.data_formats.cvat.base import CvatBase
    from PIL import Image

    # It looks for the pictures beside the annotations.
    folder = Path(tempfile.mkdtemp())
    shutil.copy(Path(path) / "annotations.xml", folder)
    for image in ElementTree.parse(folder / "annotations.xml").iter("image"):
        picture = folder / "images" / image.get("name")
        picture.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (int(image.get("width")), int(image.get("height")))).save(picture)
    source = CvatBase(str(folder / "annotations.xml"))
    (labels,) = source.categories().values()
    found = []
    for item in source:
        annotations = []
        for annotation in item.annotations:
            kind = annotation.type.name
            annotations.append(
                {
                    "type": kind,
                    "label": labels[annotation.label].name,
                    "group": annotation.group,
                    "attributes": {name: annotation.attributes[name] for name in ("region", "score", "inspector")},
                    "points": [float(value) for value in annotation.points] if kind == "polygon" else None,
                    "rows": annotation.image.astype(int).tolist() if kind == "mask" else None,
                }
            )
        found.append({"id": item.id, "annotations": annotations})
    return {"labels": [label.name for label in labels], "items": found}


def read_label_studio(path):
    from label_studio_sdk.converter.brush import decode_rle
    from label_studio_sdk.label_interface import LabelInterface

    folder = Path(path)
    interface = LabelInterface((folder / "labels.xml").read_text("utf-8"))
    interface.validate()
    tasks = json.loads((folder / "tasks.json").read_text("utf-8"))
    found = []
    for task in tasks:
        interface.validate_task({"data": task["data"]})
        masks = []
        for answer in [*task.get("predictions", []), *task.get("annotations", [])]:
            for result in answer["result"]:
                if result["type"] == "brushlabels":
                    shape = (result["original_height"], result["original_width"], 4)
                    pixels = decode_rle(result["value"]["rle"]).reshape(shape)[:, :, 3]
                    masks.append((pixels > 0).astype(int).tolist())
        found.append(
            {
                "predictions": all(interface.validate_prediction(one) for one in task.get("predictions", [])),
                "annotations": all(interface.validate_annotation(one) for one in task.get("annotations", [])),
                "masks": masks,
            }
        )
    return {"tasks": found}


def read_kubernetes_validate(path):
    """Kind of every document, each checked against Kubernetes' own schema; unknown fields are refused."""
    import kubernetes_validate
    import yaml

    found = []
    for document in yaml.safe_load_all(Path(path).read_text(encoding="utf-8")):
        kubernetes_validate.validate(document, "1.31", strict=True)
        found.append(f"{document['apiVersion']} {document['kind']}")
    return found


READERS = {
    "kubernetes_validate": read_kubernetes_validate,
    "csv": read_csv,
    "openpyxl": read_openpyxl,
    "pycocotools": read_pycocotools,
    "pyarrow": read_pyarrow,
    "datumaro": read_datumaro,
    "label_studio_sdk": read_label_studio,
}

if __name__ == "__main__":
    json.dump(READERS[sys.argv[1]](sys.argv[2]), sys.stdout)
