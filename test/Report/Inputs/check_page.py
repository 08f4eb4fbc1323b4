"""Reads a report's page without a browser: what it is made of, and the data in it. Prints what the tests compare."""

import base64
import hashlib
import json
import re
import sys
from html.parser import HTMLParser


class Page(HTMLParser):
    """Collects elements, scripts and the policy."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: dict[str, int] = {}
        self.scripts: list[tuple[dict[str, str], str]] = []
        self.policy = ""
        self.links: list[str] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags[tag] = self.tags.get(tag, 0) + 1
        names = dict(attrs)
        if tag == "script":
            self.scripts.append((names, ""))
        if tag == "meta" and names.get("http-equiv") == "Content-Security-Policy":
            self.policy = names["content"]
        self.links += [f"{tag} {value}" for name, value in attrs if name in ("src", "href") and not value.startswith("#")]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data):
        if self.cdata_elem == "script":
            attributes, text = self.scripts[-1]
            self.scripts[-1] = (attributes, text + data)


text = open(sys.argv[1], encoding="utf-8", newline="").read()
page = Page()
page.feed(text)
print("scripts:", len(page.scripts), "images:", page.tags.get("img", 0), "bold:", page.tags.get("b", 0))
print("links:", page.links, "handlers:", page.handlers)
for attributes, body in page.scripts:
    if attributes.get("type") == "application/json":
        data = json.loads(body)
        print("markup in data:", sorted(set(re.findall("[<>&]", body))))
    else:
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        print("script allowed:", f"'sha256-{digest}'" in page.policy)
print("policy:", re.sub(r"sha256-[^']*", "sha256", page.policy))
print("model:", data["model"])
print("stages:", [stage["name"] for stage in data["stages"]])
print("shapes:", [shape["text"] for shape in data["shapes"]])
print("weights:", data["weights"])
for stage, profiles in data["memory"].items():
    profile = profiles[data["firstShape"]]
    print(f"memory {stage}:", profile["largest"], profile["peak"], profile["ops"], len(profile["points"]))
for stage, graph in data["graph"].items():
    rows = [(data["places"][p], data["kinds"][k], count) for p, k, count, _ in graph["rows"]]
    print(f"graph {stage}:", graph["ops"], sum(row[2] for row in rows))
    for place, kind, count in rows:
        print(f"  {stage} | {place} | {kind} | {count}")
for remark in data["remarks"]:
    print("remark", "found" if remark["found"] else "declined", remark["what"], "|", remark["reason"], "|", data["places"][remark["place"]])
for kernel in data.get("kernels", []):
    print("kernel", kernel["kind"], data["places"][kernel["module"]], kernel["flops"][data["firstShape"]], kernel["bytes"][data["firstShape"]])
print("product:", data["product"].get("kind"), data["product"].get("bytes", 0) > 0)
