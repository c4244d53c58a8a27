"""The operations of the contract: what each is brings along parameters, a body, a good answer and what can go wrong."""
import re
from datetime import datetime, timedelta
from email.utils import format_datetime

from generators.nodes import Map, attempt, fault, hold, like, refuse
from generators.shapes import DEPRECATED, METHODS, SHORT, STANDARD, check

# What an operation may be: its methods, with the parameters that follow from each, the status of its good answer, what that says.
KINDS = {"list": ({"get": ["Limit", "Cursor", "ModifiedSince"]}, "200", "A page."), "read": ({"get": []}, "200", "The record."),
         "create": ({"put": ["IfNoneMatchAny"], "post": ["IdempotencyKey"]}, "201", "The new record."),
         "put": ({"put": ["IfMatchOrNew", "IfNewOrMatch"]}, "200", "The record that has replaced the one before."),
         "change": ({"patch": ["IfMatch"]}, "200", "The changed record."), "remove": ({"delete": ["IfMatch"]}, "204", "It is gone."),
         "step": ({"put": ["IfMatch"], "post": ["IdempotencyKey"], "delete": []}, "200", "The changed record."),
         "page": ({"get": []}, "200", ""), "own": (dict.fromkeys(METHODS, []), "200", "")}
ERRORS = {"304": "NotModified", "308": "Moved", "400": "BadRequest", "401": "Unauthorized", "403": "Forbidden", "404": "NotFound",
          "406": "NotAcceptable", "409": "Conflict", "410": "Gone", "412": "PreconditionFailed", "413": "TooLarge",
          "415": "UnsupportedMediaType", "416": "RangeNotSatisfiable", "422": "Unprocessable", "428": "PreconditionRequired",
          "429": "TooManyRequests", "503": "Unavailable", "504": "Timeout"}
FORMATS = {"csv": ("FormatTable", "text/csv", "application/x-ndjson"), "geojson": ("FormatMap", "application/geo+json"),
           "ics": ("FormatCalendar", "text/calendar")}
NOTICE = timedelta(days=365)  # how long before its end an operation is deprecated
STABILITY = ("stable", "beta")  # beta: may change with a minor version


class Operation:
    """One that says what it is."""

    def __init__(self, sources, components, template, method, written):
        self.sources, self.components, self.template, self.method, self.written = sources, components, template, method, written
        self.id, self.followed = written.get("operationId"), set()
        check(written, "an operation", STANDARD | SHORT, extensions=True)
        hold(written, {f"says not who may {method.upper()}: by everybody, or by roles": method != "get" and "security" not in written,
                       "neither the operation nor its file has a tag": not written.get("tags")}, refuse)
        self.kind, self.record, self.formats = self.what_it_is()
        # One alternative for each role; any is every account, anyone needs no token.
        self.security = [{} if role == "anyone" else {"bearer": [] if role == "any" else [role]} for role in written.get("security", ())]

    def what_it_is(self):
        """Its kind, record and formats."""
        said = self.written["is"]
        words = said.split()
        kind, record, formats = "".join(words[:1]), "".join(words[1:2]), words[2:]
        others = formats and kind not in ("list", "read") or set(formats) - FORMATS.keys() or len(formats) != len(set(formats))
        hold(said, {f'"{kind}" is no kind of operation': kind not in KINDS,
                    f'{self.method.upper()} is not the method of "{kind}"': self.method not in KINDS.get(kind, [()])[0],
                    f'"{kind}" has {"no" if record else "a"} record': bool(record) == (kind in ("remove", "page", "own")),
                    f'"{" ".join(formats)}" are not the formats of "{kind}"': others,
                    '"csv" follows from "list"': kind == "list" and "csv" in formats}, refuse)
        if record:
            self.components.ref("schemas", record, said)
        return kind, record, (self.left("csv") if kind == "list" else []) + formats

    def left(self, *follow):
        """What follows, without what the operation takes out."""
        self.followed.update(follow)
        return [name for name in follow if name not in self.written.get("without", ())]

    def parameters(self):
        """Of the path, the operation's own, and those that follow from what it is."""
        written, kind, resolved, undated = self.written, self.kind, self.components.resolved, self.components.undated
        own = [self.components.ref("parameters", each) if isinstance(each, str) else self.components.parameter(each)
               for each in written.get("parameters", ())]
        if "sort" in written:
            words = written["sort"]
            hold(written.at["sort"], {"a list has the words that it is sorted by": kind != "list" or not words}, refuse)
            schema = like(words, {"type": "string", "enum": words, "default": words[0]})
            own.append(like(words, {"name": "sort", "in": "query", "schema": schema}))
        path, (methods, *_) = self.of_path(own), KINDS[kind]
        follow = [name for name in methods[self.method] if name != "ModifiedSince" or self.components.item_of(self.record) not in undated]
        follow += [FORMATS[name][0] for name in self.formats][-1:]
        follow += ["DryRun"] if self.method != "get" and kind != "own" else []
        names = [resolved(each).get("name") for each in own]
        refs = [self.components.ref("parameters", name, written) for name in self.left(*follow)]
        return path + own + [each for each in refs if resolved(each).get("name") not in names]

    def of_path(self, own):
        """The parameters of the path, its own ones taken from those."""
        found = []
        for name in re.findall(r"{(\w+)}", self.template):
            mine = next((each for each in own if each.get("name") == name), None)
            if mine:
                own.remove(mine)
                found.append(like(mine, dict.fromkeys(("name", "in", "required")) | mine | {"in": "path", "required": True}))
            elif name in self.components.paths:
                found.append(self.components.ref("parameters", self.components.paths[name]))
            elif name in self.sources.inline:
                found.append(self.components.parameter(like(self.written, {name: self.sources.inline[name]}), "path"))
            else:
                refuse(self.written, f"there is no parameter for {{{name}}}")
        return found

    def body(self):
        """A body that a schema describes: the record's New or Patch, or another."""
        written, kind = self.written, self.kind
        if "requestBody" in written:
            hold(written.at.get("body"), {"body or requestBody, not both": "body" in written}, refuse)
            return self.components.media(written["requestBody"])
        name = written.get("body") or {"create": f"{self.record}New", "put": f"{self.record}New", "change": f"{self.record}Patch"}.get(kind)
        if not name or not self.left("body"):
            return None
        schema = self.components.ref("schemas", name, written.get("body", written["is"]))
        media = "application/merge-patch+json" if kind == "change" else "application/json"
        return {"required": True, "content": {media: {"schema": schema}}}

    def answer(self):
        """The read whose row a write answers with: of its record, at its path, below it, or nearest above it."""
        if not self.left("x-answer"):
            return None
        if "x-answer" in self.written or self.kind not in ("create", "put", "change", "step"):
            return self.written.get("x-answer")
        reads = self.components.reads.get(self.record, {})
        below = [path for path in reads if re.fullmatch(re.escape(self.template) + r"/{\w+}", path)]
        above = sorted((path for path in reads if self.template.startswith(path + "/")), key=len)
        nearest = [self.template] if self.template in reads else below or above or (list(reads) if len(reads) == 1 else [])
        return reads[nearest[-1]] if nearest else None

    def good(self, answered):
        """The answer when all is well."""
        kind, record, written, ref, get = self.kind, self.record, self.written, self.components.ref, self.method == "get"
        _, status, words = KINDS[kind]
        words = written.get("answer") or ("A page, or with another format everything." if kind == "list" and self.formats else words)
        shows, shared = status != "204", get and (not self.security or {} in self.security)
        versioned = shows and (get or answered and record not in self.components.lists)  # a list has no version
        follow = {"Location": kind in ("create", "put") and "Created",
                  "Cache-Control": shows and ("PublicCache" if shared else "PrivateCache"),
                  "ETag": versioned and "ETag", "X-Request-Id": "RequestId", "Server-Timing": "ServerTiming",
                  "Link": kind == "list" and "Cursor" not in written.get("without", ()) and "NextLink",
                  "X-Omitted-Count": "ics" in self.formats and "OmittedCount"}
        headers = {name: ref("headers", follow[name], written) for name in self.left(*(name for name in follow if follow[name]))}
        response = {"description": words, "headers": headers}
        if shows:
            name = record + "List" if kind == "list" and self.components.items_of(record) is None else record
            feature = "FeatureCollection" if kind == "list" else "Feature"
            schemas = {"application/json": ref("schemas", name, written["is"])}
            schemas |= {media: ref("schemas", feature, written) if media == "application/geo+json" else {"type": "string"}
                        for name in self.formats for media in FORMATS[name][1:]}
            response["content"] = {media: {"schema": schema} for media, schema in schemas.items()}
        return {status: response, **({"201": {**response, "description": KINDS["create"][2]}} if kind == "put" else {})}

    def errors(self, names, body, rules):
        """The statuses of what can go wrong: they follow from method, path, security, preconditions and body, some from the rules."""
        conditional, security = bool(names & {"If-Match", "If-None-Match"}), self.security
        above = self.template.count("{") > (1 if self.method == "put" and "If-None-Match" in names else 0)  # nothing else can be missing
        served = self.kind != "page"  # of the database
        follow = {"400": True, "429": True, "503": served, "504": served, "304": self.method == "get",
                  "406": served and self.kind != "remove", "401": security,
                  "403": security and (self.method != "get" or any(each.get("bearer") for each in security)),
                  "404": above, "409": "Idempotency-Key" in names, "412": conditional, "428": conditional,
                  "415": body, "422": body or "Idempotency-Key" in names}
        broken = {str(self.sources.rules[rule]["status"]) for rule in rules}
        statuses = {status for status, holds in follow.items() if holds} | broken & {"409", "410"}
        for number in self.written.get("errors", ()):
            status = str(abs(number))
            follows = "does not follow" if number < 0 else "follows"
            hold(number, {f"there is no response of the status {status}": status not in ERRORS,
                          f"{status} {follows} from the rest": (status in statuses) != (number < 0)}, refuse)
            statuses ^= {status}
        known = ERRORS | ({"410": "Withdrawn"} if "record-withdrawn" in rules else {})
        return {status: self.components.ref("responses", known.get(status, "Problem"), self.written) for status in (*statuses, "default")}

    def responses(self, responses):
        """With what the operation says of its own: a word is a response, a map is put over what follows."""
        written = self.written.get("responses", Map())
        for status, own in check(written, "responses", dict.fromkeys(written, (str, dict))).items():
            if isinstance(own, str):
                responses[status] = self.components.ref("responses", own)
                continue
            own, before = self.components.media(own), {} if "$ref" in responses.get(status, {}) else responses.get(status, {})
            if before and "headers" in own:  # in the order of the others
                headers = {**before["headers"], **own["headers"]}
                own["headers"] = {name: headers[name] for name in sorted(headers, key=lambda name: name != "Cache-Control")}
            responses[status] = like(own, {**before, **own})
        return {status: responses[status] for status in sorted(responses)}

    def deprecated(self, responses):
        """Says in each good answer since when there is something better (RFC 9745), and when the operation goes (RFC 8594). Gives that
        day."""
        days = check(self.written["deprecated"], "deprecated", DEPRECATED)
        try:
            since, sunset = (datetime.fromisoformat(f"{days[key]}T00:00+00:00") for key in DEPRECATED)
        except (KeyError, ValueError):
            refuse(days, "deprecated has a day since, and one of its sunset")
        hold(days, {f"callers have {NOTICE.days} days to change": sunset < since + NOTICE}, refuse)
        headers = {name: {"description": words, "schema": {"type": "string", "const": text}} for name, words, text in (
            ("Deprecation", "Since when there is something better.", f"@{int(since.timestamp())}"),
            ("Sunset", "When it goes.", format_datetime(sunset, usegmt=True)))}
        for status, response in responses.items():
            if status[0] in "23" and "headers" in response:
                response["headers"] |= headers
        return days["sunset"]

    def rules(self, names):
        """The rules that it can break: those that script/rules found, those that follow, and those that it says of itself."""
        known, beyond = self.sources.rules, self.sources.beyond.get(self.id, {})
        found, without = (set(row.get("rules", "").split()) for row in (self.sources.reached.get(self.id, {}), beyond))
        hold(beyond, {"has no reason": without and not beyond["reason"].strip()}, refuse)
        for rule in without - found:
            refuse(beyond, f"{rule} was not found for it")
        found -= without
        follow = ["role-needed"] * any(each.get("bearer") for each in self.security)
        follow += ["idempotency-", "rights-have-changed"] * ("Idempotency-Key" in names)
        found |= {rule for rule in known if rule.startswith((*follow,))} | {*self.written.get("rules", ())}
        for rule in found - known.keys():
            refuse(self.written, f"there is no rule {rule}")
        return sorted(found)

    def complete(self):
        """As the standard document has it."""
        written, texts = self.written, self.sources.texts
        parameters, body, answer = self.parameters(), self.body(), self.answer()
        names = {self.components.resolved(each).get("name") for each in parameters}
        responses = {} if self.kind in ("page", "own") else self.good(answer)
        rules, stability = self.rules(names), written.get("stability", STABILITY[0])
        responses |= self.errors(names, body, rules)
        for name in sorted({*written.get("without", ())} - self.followed):
            refuse(name, f"{name} does not follow from the rest")
        hold(stability, {f'"{stability}" is no stability': stability not in STABILITY}, refuse)
        responses = self.responses(responses)
        made = {"security": self.security, "x-answer": answer, "parameters": parameters, "requestBody": body}
        made |= {"responses": responses} | ({"deprecated": True, "x-sunset": self.deprecated(responses)} if "deprecated" in written else {})
        made |= {"description": texts.operation(written, self.kind, self.record)} if texts else {}
        made = {key: made.get(key, written.get(key)) for key in STANDARD | made | written if key not in SHORT}
        made |= {"x-problems": rules, "x-stability-level": stability}
        return like(written, {key: value for key, value in made.items() if value or key in (*written, "security")})


def expand(sources, components, template, item):
    """The operations of a path. One without `is` stands as it is written."""
    if not isinstance(item, Map):
        fault(sources.paths.at[template], "a path has a map of operations")
        return item
    short = [method for method, each in item.items() if isinstance(each, Map) and "is" in each]
    for method, written in item.items():
        hold(item.at[method], {f'{template} has an unknown key "{method}"': method not in METHODS and short,
                               "an operation is a map": method in METHODS and not isinstance(written, Map)})
    complete = lambda method: Operation(sources, components, template, method, item[method]).complete()
    return like(item, {**item, **{method: attempt(complete, method) for method in short}}, item.at)
