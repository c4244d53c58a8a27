"""Reads each table of an unpacked data.zip as pandas reads any CSV, with the types that the descriptor says: prints rows and columns as JSON."""
import json
import sys

import pandas

TYPES = {"string": "string", "integer": "Int64", "number": "Float64", "boolean": "boolean", "array": "string", "object": "string"}
said = {}
for folder in sys.argv[1:]:
    package = json.load(open(f"{folder}/datapackage.json"))
    for resource in package["resources"]:
        fields = resource["schema"]["fields"]
        days = [field["name"] for field in fields if field["type"] in ("date", "datetime")]
        frame = pandas.read_csv(f"{folder}/{resource['path']}", keep_default_na=False, na_values=resource["schema"]["missingValues"],
                                dtype={field["name"]: TYPES[field["type"]] for field in fields if field["name"] not in days})
        for day in days:
            frame[day] = [pandas.Timestamp(value) if isinstance(value, str) else pandas.NaT for value in frame[day]]
        for field in fields:
            if field["constraints"].get("required"):
                assert not frame[field["name"]].isna().any(), (folder, resource["path"], field["name"])
            if field["type"] in ("array", "object"):
                frame[field["name"]].dropna().map(json.loads)
        said[f"{folder}/{resource['path']}"] = [len(frame), list(frame.columns)]
json.dump(said, sys.stdout)
