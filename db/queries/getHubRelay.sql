SELECT hub, message, relayed_on, how, href, _version
FROM scip.hub_relays
WHERE _hub = :slug AND _message = :message AND relayed_on IS NOT NULL
