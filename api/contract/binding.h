/* How a statement gets its values, as script/contract says. */
#pragma once

struct parameter;

/* In the order of script/contract's BINDINGS. */
enum binding_kind {
    BIND_PARAMETER,  /* from path, query or header */
    BIND_LIMIT,      /* the page's size plus one, or NULL for everything */
    BIND_AFTER,      /* :after_x from the cursor */
    BIND_PROPERTY,   /* a top-level property of the JSON body */
    BIND_BODY,       /* :body, the whole JSON body */
    BIND_IF_MATCH,   /* the versions that If-Match names, NULL for any */
    BIND_NEW_ID,     /* a new UUID */
    BIND_NEW_SECRET, /* 256 random bits as base64url */
    BIND_OPERATIONS, /* the roles of each operation that needs a token, as a JSON object */
    BIND_ADDRESS,    /* the service's own, without a slash at the end */
    BIND_CONTACT,    /* where to report a vulnerability, or NULL */
};

/* Where the value of a statement's parameter comes from. */
struct binding {
    const char *name;
    enum binding_kind kind;
    unsigned type;                     /* OID */
    int alone;                         /* of a list for which nothing else is given, it has a plan that is kept */
    const struct parameter *parameter; /* BIND_PARAMETER, BIND_LIMIT */
};

/* A part of a list's text, and what comes behind it where the value is given, and where it is not. */
struct piece {
    const char *text;
    int binding;
    const char *given, *absent;
};
