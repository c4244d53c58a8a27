"""Reads each folder of an unpacked data.zip as frictionless reads any Data Package: prints what is wrong with it as JSON, a list of texts."""
import json
import sys

from frictionless import Package, validate

wrong = []
for folder in sys.argv[1:]:
    descriptor = f"{folder}/datapackage.json"
    report = validate(descriptor)
    wrong += [f"{folder}: {error.title} {error.message}" for error in report.errors]
    for task in report.tasks:
        wrong += [f"{folder}/{task.place}: {error.title}: {error.message}" for error in task.errors]
    package = Package(descriptor)
    for resource in package.resources:
        table = validate(resource)
        if not table.valid:
            wrong.append(f"{folder}/{resource.path} by itself: {table.flatten(['rowNumber', 'fieldName', 'type', 'message'])[:3]}")
        with resource as opened:
            bad = [row.row_number for row in opened.row_stream if not row.valid]
        if bad:
            wrong.append(f"{folder}/{resource.path}: rows {bad[:5]} and more")
json.dump(wrong, sys.stdout)
