"""The formats of texts: what a value must be, in words, and its pattern."""
# RFC 3339, section 5.6: a day that its month has; narrower where PostgreSQL is, so there is no year 0000.
DAY = (r"(?!0000)(?:\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))"
       r"|(?:\d\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)")
LABEL, OCTET = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
ATEXT, PCHAR = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+", r"(?:[a-z0-9._~!$&'()*+,;=:@-]|%[0-9a-f]{2})"
REST = r"(?:[a-z0-9._~!$&'()*+,;=:@/?-]|%[0-9a-f]{2})*+"
# What a value of a format must be, in words, and its pattern, in which letters are as good as capitals; without one it is any text. The
# width of integers is OpenAPI's; the database checks it.
FORMS = {
    "date": ("a date such as 2025-08-31", f"^{DAY}$"),
    "partial-date": ("a year, month or day such as 2025, 2025-08 or 2025-08-31", rf"^(?:{DAY}|(?!0000)\d{{4}}(?:-(?:0[1-9]|1[0-2]))?)$"),
    # with an offset of less than 16 hours, or Z, and at most 40 digits of a fraction, which a leap second has not
    "date-time": ("an instant such as 2025-08-31T23:30:00Z",
                  rf"^{DAY}t(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d(?:\.\d{{1,40}})?|60(?:\.0{{1,40}})?)"
                  r"(?:z|[+-](?:0\d|1[0-5]):[0-5]\d)$"),
    "uuid": ("a UUID", r"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$"),
    # RFC 5321, section 4.1.2 (Mailbox), without source routes and comments
    "email": ("an e-mail address", rf'^(?:{ATEXT}(?:\.{ATEXT})*|"(?:[ !#-\[\]-~]|\\[ -~])*")@(?:{LABEL}(?:\.{LABEL})*'
              r"|\[(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}|IPv6:[0-9a-f:.]+)\])$"),
    # RFC 3986, appendix A: an absolute URI; what is not reserved or unreserved is percent-encoded. No repetition gives back what it took
    # (*+): what may follow is none of it
    "uri": ("an absolute URI", r"^[a-z][a-z0-9+.-]*:(?://(?:(?:[a-z0-9._~!$&'()*+,;=:-]|%[0-9a-f]{2})*+@)?"
            rf"(?:\[(?:[0-9a-f:]+(?::(?:{OCTET}(?:\.(?!\])|(?=\]))){{4}})?|v[0-9a-f]+\.[a-z0-9._~!$&'()*+,;=:-]+)\]"
            rf"|(?:[a-z0-9._~!$&'()*+,;=-]|%[0-9a-f]{{2}})*+)(?::\d*)?(?:/{PCHAR}*+)*+"
            rf"|/?(?:{PCHAR}++(?:/{PCHAR}*+)*+)?)(?:\?{REST})?(?:#{REST})?$"),
    "int32": ("an integer of 32 bits", None), "int64": ("an integer of 64 bits", None)}
