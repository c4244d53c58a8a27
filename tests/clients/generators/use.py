"""openapi-python-client: a partner's first calls. usage: use.py SERVER CLIENT-ID SECRET"""
import json
import sys

from partner import AuthenticatedClient, Client
from partner.api.access import create_token
from partner.api.accounts import get_me
from partner.api.hubs import list_hubs
from partner.api.organisations import get_organisation, list_organisations, patch_organisation_profile
from partner.models import (AccessToken, CreateTokenBody, HubList, Me, NationTerm, Organisation, OrganisationList,
                            OrganisationProfilePatch, ProblemDetails)

base, client_id, secret = sys.argv[1:]
public = Client(base_url=base)

hubs = list_hubs.sync(client=public, nation=NationTerm.GB_SCT)
assert isinstance(hubs, HubList), hubs
found = list_organisations.sync(client=public, identifier="GB-UKPRN-10003614")
assert isinstance(found, OrganisationList), found
slug = found.items[0].slug

first = get_organisation.sync_detailed(slug, client=public)
again = get_organisation.sync_detailed(slug, client=public.with_headers({"If-None-Match": first.headers["ETag"]}))

token = create_token.sync(client=Client(base_url=base), body=CreateTokenBody(
    grant_type="client_credentials", client_id=client_id, client_secret=secret))
assert isinstance(token, AccessToken), token
partner = AuthenticatedClient(base_url=base, token=token.access_token)
me = get_me.sync(client=partner)
assert isinstance(me, Me), me
mine = patch_organisation_profile.sync(slug, client=partner, if_match="*", dry_run=True,
                                       body=OrganisationProfilePatch(website="https://www.example.org/"))
assert isinstance(mine, Organisation), mine
refused = list_hubs.sync(client=Client(base_url=base), limit=0)
assert isinstance(refused, ProblemDetails) and refused.errors, refused
print(json.dumps({"hubs": [hub.slug for hub in hubs.items], "slug": slug, "again": again.status_code, "roles": [role.role for role in me.roles],
                  "website": mine.website, "refused": [one.pointer for one in refused.errors]}))
