"""Who may do what: every operation × every caller, of this record and of another × every representation.

The table is written from what the roles are for, not from the contract, and an operation that it does not have
fails. Writes are dry runs: nothing changes. Allowed is what is neither 401 nor 403 nor 404; whether the request is
then refused by a rule (409, 422) is for other tests. And what is so of every operation: it is known (304), is another
by now (412), is nowhere (404), or its key is in use.
"""
import json
import re
import subprocess
import uuid

import harness
import pytest
from test_operations import nowhere

# caller: role and what it is for; mine is the record that the requests are about
CALLERS = {
    "nobody": None,
    "central": dict(role="central"),
    "lead": dict(role="hub_lead", hub="matrix-hub"),
    "lead_other": dict(role="hub_lead", hub="london-hub"),
    "member": dict(role="hub_member", hub="matrix-hub", label="Matrix member"),
    "member_other": dict(role="hub_member", hub="london-hub"),
    "decider": dict(role="group_member", group="hub-leads-group", standing_for="matrix-other"),
    "group_member": dict(role="group_member", group="hub-leads-group", standing_for="matrix-mine"),
    "group_other": dict(role="group_member", group="board"),
    "partner": dict(role="partner", organisation="matrix-mine"),
    "partner_other": dict(role="partner", organisation="matrix-other"),
    "website": dict(role="website"),
    "analyst": dict(role="analyst"),
}
# operation: who may; who else gets what. Who is not named gets 403, nobody 401. all: with or without a token;
# known: with any. "empty": a list without mine. What follows # names another record, or another body, than usual: a
# meeting of a group (group, empty, held, cancelled) or a Hub, the caller's own person (self), with the Hub in it (hub).
TABLE = """
GET / /robots.txt /sitemap.xml /favicon.ico /.well-known/security.txt  all
GET /docs /docs/{asset} /problems /problems/{rule} /web/{asset} /openapi.json /health/live /health/ready  all
GET /.well-known/jwks.json /.well-known/oauth-authorization-server             all
GET /v1 /v1/data.zip                       all
GET /v1/hubs /v1/hubs/{slug} /v1/hubs/{slug}/statuses /v1/hubs/{slug}/leads /v1/hubs/{slug}/leads/{id}  all
GET /v1/organisations /v1/organisations/{slug}                                 all
GET /v1/regions /v1/regions/{slug} /v1/events /v1/events/{slug} /v1/vocabularies /v1/vocabularies/{list}  all
GET /v1/documents /v1/documents/{slug} /v1/news /v1/news/{slug}                all
GET /v1/documents/{slug}/jsonld /v1/documents/{slug}/csl /v1/documents/{slug}/withdrawal  all
GET /v1/resources /v1/resources/{slug} /v1/resources/{slug}/withdrawal /v1/library/search /v1/library/facets  all
GET /v1/documents/{slug}/files /v1/resources/{slug}/files /v1/documents/{slug}/files/{name} /v1/resources/{slug}/files/{name}  all
GET /v1/hubs/{slug}/files /v1/hubs/{slug}/files/{name}  all
PUT,DELETE /v1/hubs/{slug}/files/{name}  central lead
GET /v1/branding /v1/branding/{slug} /v1/branding/{slug}/files/{name}  central lead
PUT,DELETE /v1/branding/{slug} /v1/branding/{slug}/files/{name}  central
GET /v1/usage /v1/usage/users /v1/documents/{slug}/usage /v1/resources/{slug}/usage /v1/documents/{slug}/visit /v1/resources/{slug}/visit  all
GET /v1/groups /v1/groups/{slug} /v1/strategies /v1/strategies/{slug}          all
GET /v1/toolkit/principles /v1/toolkit/principles/{slug} /v1/toolkit/facts /v1/toolkit/facts/{slug}  all
GET /v1/metrics /v1/metrics/{code} /v1/metrics/{code}/values /v1/metric-values /v1/network/evaluation-figures /v1/metrics/{code}/explanation /v1/metrics/{code}/definitions /v1/releases /v1/releases/{id} /v1/headline-comparisons  all
GET /v1/headline-figures /v1/headline-figures/{slug} /v1/headline-figures/{slug}/versions  all
GET /v1/policy-contributions /v1/policy-contributions/{slug}                   all
GET /v1/changes                            all
GET /v1/me /v1/me/actions /v1/me/meetings /v1/me/memberships  known

PUT,PATCH,DELETE /v1/organisations/{slug} /v1/documents/{slug} /v1/news/{slug} /v1/groups/{slug} /v1/strategies/{slug}  central
PUT,PATCH,DELETE /v1/resources/{slug}         central
POST /v1/documents/{slug}/withdrawal /v1/documents/{slug}/reinstatement /v1/resources/{slug}/withdrawal /v1/resources/{slug}/reinstatement  central
PUT,DELETE /v1/documents/{slug}/files/{name} /v1/resources/{slug}/files/{name}  central
PUT,PATCH,DELETE /v1/toolkit/principles/{slug} /v1/toolkit/facts/{slug} /v1/policy-contributions/{slug}  central
PUT /v1/headline-figures/{slug}            central
POST /v1/releases                          central
POST /v1/headline-figures/{slug}/versions  central
PATCH /v1/organisations/{slug}/profile     central partner
PUT,PATCH,DELETE /v1/regions/{slug}        central
GET /v1/organisations/{slug}/lineage /v1/organisations/{slug}/lineage/{id}  all
POST /v1/organisations/{slug}/lineage /v1/organisations/{slug}/merges  central
PATCH,DELETE /v1/organisations/{slug}/lineage/{id}  central

GET /v1/unknown-accounts                   central
GET,POST /v1/accounts /v1/clients          central
GET,PATCH,DELETE /v1/accounts/{id} /v1/clients/{id} /v1/accounts/{account}/roles/{id}  central
POST /v1/accounts/{account}/roles /v1/clients/{id}/secrets  central
DELETE /v1/clients/{id}/secrets            central

PUT,PATCH,DELETE /v1/hubs/{slug}           central
PATCH /v1/hubs/{slug}/profile              central lead
POST /v1/hubs/{slug}/statuses /v1/hubs/{slug}/leads /v1/hubs/{slug}/leads/{lead}/handover  central
PATCH,DELETE /v1/hubs/{slug}/leads/{id}    central
GET /v1/hubs/{slug}/pathway /v1/hubs/{slug}/pathway/{step}  central lead member decider group_member; 404 lead_other member_other group_other
PATCH /v1/hubs/{slug}/pathway/{step} /v1/hubs/{slug}/pathway  central lead; 404 lead_other
GET /v1/hubs/{slug}/invitations            central lead; empty lead_other
POST /v1/hubs/{slug}/invitations           central lead
GET,PATCH,DELETE /v1/hubs/{slug}/invitations/{id}  central lead; 404 lead_other

GET /v1/hub-applications                   central partner decider group_member; empty partner_other group_other
POST /v1/hub-applications                  central partner
GET /v1/hub-applications/{id}              central partner decider group_member; 404 partner_other group_other
GET /v1/hub-applications/{id}#draft           central partner; 404 partner_other decider group_member group_other
PATCH,DELETE /v1/hub-applications/{id} /v1/hub-applications/{id}#draft  central partner; 404 partner_other
POST /v1/hub-applications/{id}/submission /v1/hub-applications/{id}/submission#draft  central partner; 404 partner_other
POST /v1/hub-applications/{id}/review      central decider; 404 group_other
POST /v1/hub-applications/{id}/review#draft   central; 404 decider group_member group_other
POST /v1/hub-applications/{id}/decision    decider; 404 group_other
POST /v1/hub-applications/{id}/decision#draft nobody_yet; 404 decider group_member group_other

GET /v1/hubs/{slug}/meetings /v1/hubs/{slug}/actions  central lead member; 404 lead_other member_other
POST /v1/hubs/{slug}/meetings              central lead; 404 lead_other
GET,POST /v1/groups/{slug}/meetings        central decider group_member; 404 group_other
GET /v1/meetings/{id} /v1/meetings/{id}/attendance /v1/meetings/{id}/attendance-summary  central lead member; 404 lead_other member_other decider group_member group_other
GET /v1/meetings/{meeting}/agenda /v1/meetings/{meeting}/agenda/{id}  central lead member; 404 lead_other member_other decider group_member group_other
GET /v1/meetings/{meeting}/resolutions /v1/meetings/{meeting}/resolutions/{id}  central lead member; 404 lead_other member_other decider group_member group_other
GET /v1/meetings/{meeting}/actions /v1/meetings/{meeting}/actions/{id}  central lead member; 404 lead_other member_other decider group_member group_other
GET /v1/meetings/{meeting}/minutes         central lead member; 404 lead_other member_other decider group_member group_other
GET /v1/meetings/{id}/attendance/{person}  central lead; 404 member lead_other member_other decider group_member group_other
PATCH,DELETE /v1/meetings/{id} /v1/meetings/{meeting}/agenda/{id}  central lead; 404 lead_other decider group_member group_other
PATCH,DELETE /v1/meetings/{meeting}/resolutions/{id}  central lead; 404 lead_other decider group_member group_other
PATCH,DELETE /v1/meetings/{meeting}/actions/{id}  central lead; 404 lead_other group_other
POST /v1/meetings/{id}/held /v1/meetings/{id}/cancellation /v1/meetings/{id}/reopening /v1/meetings/{id}/agenda-completion /v1/meetings/{meeting}/resolutions /v1/meetings/{meeting}/actions  central lead; 404 lead_other decider group_member group_other
POST /v1/meetings/{id}/attendance-sharing /v1/meetings/{id}/attendance/imports  central lead; 404 lead_other decider group_member group_other
PUT /v1/meetings/{id}/attendance /v1/meetings/{id}/attendance/{person}  central lead; 404 lead_other decider group_member group_other
POST,PATCH /v1/meetings/{meeting}/agenda  central lead; 404 lead_other decider group_member group_other
POST /v1/meetings/{meeting}/minutes        central lead; 404 lead_other decider group_member group_other
GET /v1/projects /v1/projects/{slug} /v1/projects/{project}/actions /v1/actions /v1/actions/{id}  central lead lead_other member member_other decider group_member group_other
PUT,PATCH,DELETE /v1/projects/{slug}       central lead
POST /v1/projects/{project}/actions        central lead
PATCH,DELETE /v1/actions/{id}              central lead
PATCH /v1/actions/{id}#self                central lead member
PATCH /v1/actions/{id}#group               central decider group_member; 404 lead lead_other member member_other group_other
DELETE /v1/actions/{id}#group              central decider group_member; 404 lead lead_other group_other

GET /v1/minutes                            central lead lead_other member member_other decider group_member group_other
GET /v1/minutes/{id}                       central lead; 404 member lead_other member_other decider group_member group_other
PATCH,DELETE /v1/minutes/{id}              central lead; 404 lead_other decider group_member group_other
POST /v1/minutes/{id}/approval /v1/minutes/{id}/sharing  central lead; 404 lead_other decider group_member group_other

GET /v1/meetings/{id}#group  central decider group_member; 404 lead lead_other member member_other group_other
GET /v1/meetings/{id}/attendance#group  central decider group_member; 404 lead lead_other member member_other group_other
GET /v1/meetings/{id}/attendance-summary#group  central decider group_member; 404 lead lead_other member member_other group_other
GET /v1/meetings/{meeting}/agenda#group  central decider group_member; 404 lead lead_other member member_other group_other
GET /v1/meetings/{meeting}/agenda/{id}#group  central decider group_member; 404 lead lead_other member member_other group_other
GET /v1/meetings/{meeting}/resolutions#group  central decider group_member; 404 lead lead_other member member_other group_other
GET /v1/meetings/{meeting}/resolutions/{id}#group  central decider group_member; 404 lead lead_other member member_other group_other
GET /v1/meetings/{meeting}/actions#group  central decider group_member; 404 lead lead_other member member_other group_other
GET /v1/meetings/{meeting}/actions/{id}#group  central decider group_member; 404 lead lead_other member member_other group_other
GET /v1/meetings/{meeting}/minutes#group  central decider group_member; 404 lead lead_other member member_other group_other
GET /v1/minutes/{id}#group  central decider group_member; 404 lead lead_other member member_other group_other
GET /v1/meetings/{id}/attendance/{person}#group  central decider group_member; 404 lead lead_other member member_other group_other
PATCH /v1/meetings/{id}#group              central decider group_member; 404 lead lead_other group_other
DELETE /v1/meetings/{id}#empty             central decider group_member; 404 lead lead_other group_other
PATCH,DELETE /v1/meetings/{meeting}/agenda/{id}#group  central decider group_member; 404 lead lead_other group_other
PATCH,DELETE /v1/meetings/{meeting}/resolutions/{id}#group  central decider group_member; 404 lead lead_other group_other
PATCH,DELETE /v1/meetings/{meeting}/actions/{id}#group  central decider group_member; 404 lead lead_other group_other
PATCH,DELETE /v1/minutes/{id}#group  central decider group_member; 404 lead lead_other group_other
POST /v1/meetings/{id}/held#group /v1/meetings/{id}/cancellation#empty  central decider group_member; 404 lead lead_other group_other
POST /v1/meetings/{id}/reopening#cancelled  central decider group_member; 404 lead lead_other group_other
POST /v1/meetings/{id}/agenda-completion#group  central decider group_member; 404 lead lead_other group_other
POST /v1/meetings/{id}/attendance-sharing#held  central decider group_member; 404 lead lead_other group_other
POST /v1/meetings/{id}/attendance/imports#group  central decider group_member; 404 lead lead_other group_other
PUT /v1/meetings/{id}/attendance#group  central decider group_member; 404 lead lead_other group_other
PUT /v1/meetings/{id}/attendance/{person}#group  central decider group_member; 404 lead lead_other group_other
POST,PATCH /v1/meetings/{meeting}/agenda#group  central decider group_member; 404 lead lead_other group_other
POST /v1/meetings/{meeting}/resolutions#group  central decider group_member; 404 lead lead_other group_other
POST /v1/meetings/{meeting}/actions#group  central decider group_member; 404 lead lead_other group_other
POST /v1/meetings/{meeting}/minutes#empty /v1/minutes/{id}/approval#group  central decider group_member; 404 lead lead_other group_other
POST /v1/minutes/{id}/sharing#held  central decider group_member; 404 lead lead_other group_other
DELETE /v1/meetings/{id}#hub-empty         central lead; 404 lead_other decider group_member group_other
POST /v1/meetings/{id}/cancellation#hub-empty  central lead; 404 lead_other decider group_member group_other
POST /v1/meetings/{id}/reopening#hub-cancelled  central lead; 404 lead_other decider group_member group_other
POST /v1/meetings/{id}/attendance-sharing#hub-held  central lead; 404 lead_other decider group_member group_other
POST /v1/meetings/{meeting}/minutes#hub-empty  central lead; 404 lead_other decider group_member group_other
POST /v1/minutes/{id}/sharing#hub-held  central lead; 404 lead_other decider group_member group_other
GET /v1/minutes/{id}#approved              central lead member; 404 lead_other member_other decider group_member group_other
GET /v1/meetings/{id}/attendance/{person}#self  central lead member; 404 lead_other member_other decider group_member group_other
GET /v1/groups/{slug}/seats /v1/groups/{slug}/seats/{id}  central decider group_member; 404 group_other
POST /v1/groups/{slug}/seats /v1/groups/{slug}/seats/{seat}/handover  central
PATCH,DELETE /v1/groups/{slug}/seats/{id}  central

GET /v1/hubs/{slug}/members                central lead; empty lead_other member member_other
POST /v1/hubs/{slug}/members /v1/hubs/{slug}/members/imports  central lead
GET /v1/hubs/{slug}/members/template.csv   central lead lead_other
GET /v1/hubs/{slug}/members/{id}           central lead; 404 lead_other member member_other
GET /v1/hubs/{slug}/members#self           central lead member; empty lead_other member_other
GET /v1/hubs/{slug}/members/{id}#self      central lead member; 404 lead_other member_other
PATCH,DELETE /v1/hubs/{slug}/members/{id}  central lead; 404 lead_other
PUT /v1/hubs/{slug}/members/{id}/speaks-for  central lead; 404 lead_other member member_other
PUT /v1/hubs/{slug}/members/{id}/speaks-for#self  central lead member; 404 lead_other member_other
POST /v1/hubs/{slug}/members/{member}/transfer  central lead; 404 lead_other
GET /v1/hubs/{slug}/lead-people            central lead member decider group_member group_other; empty lead_other member_other
POST /v1/hubs/{slug}/lead-people           central lead
GET /v1/hubs/{slug}/lead-people/{id}       central lead member decider group_member group_other; 404 lead_other member_other
PATCH,DELETE /v1/hubs/{slug}/lead-people/{id}  central lead; 404 lead_other
GET /v1/hubs/{slug}/terms-of-reference /v1/hubs/{slug}/terms-of-reference/{id}#adopted  all
GET /v1/hubs/{slug}/terms-of-reference/{id}  central lead member; 404 nobody lead_other member_other decider group_member group_other partner partner_other website analyst
POST /v1/hubs/{slug}/terms-of-reference    central lead
PATCH,DELETE /v1/hubs/{slug}/terms-of-reference/{id}  central lead; 404 lead_other
POST /v1/hubs/{slug}/terms-of-reference/{id}/adoption  central lead; 404 lead_other
GET /v1/hubs/{slug}/local-figures /v1/hubs/{slug}/local-figures/{id}  all
POST /v1/hubs/{slug}/local-figures /v1/hubs/{slug}/local-networks  central lead
PATCH,DELETE /v1/hubs/{slug}/local-figures/{id} /v1/hubs/{slug}/local-networks/{id}  central lead
GET /v1/hubs/{slug}/local-networks /v1/hubs/{slug}/local-networks/{id}  central lead lead_other member member_other decider group_member group_other
GET /v1/hubs/{slug}/quorum /v1/hubs/{slug}/quorum-rules /v1/hubs/{slug}/quorum-rules/{from}  central lead member; 404 lead_other member_other
PUT /v1/hubs/{slug}/quorum-rules/{from}  central lead
DELETE /v1/hubs/{slug}/quorum-rules/{from}  central lead; 404 lead_other
GET /v1/people                             central lead; empty lead_other
POST /v1/people                            central lead lead_other
GET,PATCH /v1/people/{id}                  central lead; 404 lead_other member member_other decider group_member group_other partner partner_other website analyst
GET /v1/people/{id}/export                 central; 404 lead lead_other member member_other decider group_member group_other partner partner_other website analyst
PUT,DELETE /v1/people/{id}/restriction     central
POST /v1/people/{person}/objections        central
GET,POST /v1/people/{person}/merges        central
GET /v1/people/{person}/merges/{id}        central
GET /v1/privacy/processing /v1/privacy/retention /v1/privacy/removals /v1/privacy/reads /v1/privacy/audit  central
GET,POST /v1/privacy/breaches              central
GET,PATCH /v1/privacy/breaches/{id}        central
GET /v1/privacy/objections /v1/privacy/objections/{id}  central
POST /v1/privacy/objections/{id}/decision  central
POST /v1/people/{id}/erasure               central
GET /v1/people/{id}/erasure/mentions       central
PUT /v1/people/{person}/erasure/mentions/{id}/decision  central
GET /v1/erasures                           central
GET /v1/redactions                         central lead; empty lead_other
POST /v1/redactions                        central lead; 404 lead_other
GET /v1/redactions/{id}                    central lead; 404 lead_other

GET /v1/hubs/{slug}/activities /v1/hubs/{slug}/reviews  central lead member; empty lead_other member_other
POST /v1/hubs/{slug}/activities /v1/hubs/{slug}/reviews /v1/hubs/{slug}/messages  central lead
GET /v1/hubs/{slug}/activities/{id} /v1/hubs/{slug}/reviews/{id}  central lead member; 404 lead_other member_other
PATCH,DELETE /v1/hubs/{slug}/activities/{id} /v1/hubs/{slug}/reviews/{id}  central lead; 404 lead_other
GET /v1/hubs/{slug}/quarterly-updates                central lead member decider group_member; empty lead_other member_other group_other
GET /v1/hubs/{slug}/quarterly-updates/{quarter} /v1/hubs/{slug}/quarterly-updates/{quarter}/extension  central lead member decider group_member; 404 lead_other member_other group_other
PUT /v1/hubs/{slug}/quarterly-updates/{quarter}      central lead
PATCH /v1/hubs/{slug}/quarterly-updates/{quarter}    central lead; 404 lead_other
POST /v1/hubs/{slug}/quarterly-updates/{quarter}/submission  central lead; 404 lead_other
PUT,PATCH,DELETE /v1/hubs/{slug}/quarterly-updates/{quarter}/extension  central
GET /v1/hubs/{slug}/evaluations            central lead member decider group_member; empty lead_other member_other group_other
GET /v1/hubs/{slug}/evaluations/{year}     central lead member decider group_member; 404 lead_other member_other group_other
PUT /v1/hubs/{slug}/evaluations/{year}     central lead
PATCH,DELETE /v1/hubs/{slug}/evaluations/{year}  central lead; 404 lead_other
POST /v1/hubs/{slug}/evaluations/{year}/submission  central lead; 404 lead_other
POST /v1/hubs/{slug}/evaluations/{year}/acceptance /v1/hubs/{slug}/evaluations/{year}/revision-request /v1/hubs/{slug}/evaluations/{year}/publication  central
GET /v1/network/evaluations /v1/network/evaluations/{year} /v1/network/evaluations/{year}/figures /v1/network/evaluations/{year}/answers /v1/network/evaluations/{year}/document  all
GET /v1/network/evaluations/{year}/progress  central decider group_member group_other analyst
GET /v1/quarterly-updates                            central decider group_member; empty group_other
GET /v1/quarters/{quarter}                 central lead lead_other member member_other decider group_member group_other
PUT /v1/quarters/{quarter}                 central
GET /v1/messages /v1/messages/{id} /v1/network/message-rates  central lead lead_other member member_other decider group_member group_other
POST /v1/messages                          central
POST /v1/messages#group                    central decider group_member
DELETE /v1/messages/{id}                   central
DELETE /v1/messages/{id}#group             central decider group_member
DELETE /v1/messages/{id}#hub               central lead; 404 lead_other group_other
GET /v1/corrections                        central lead lead_other member member_other decider group_member group_other
PUT /v1/messages/{id}/response             central decider group_member; 404 group_other
GET /v1/hubs/{slug}/relays                 central lead member decider group_member group_other; empty lead_other member_other
GET /v1/hubs/{slug}/relays/{message}       central lead member decider group_member group_other; 404 lead_other member_other
PUT /v1/hubs/{slug}/relays/{message}       central lead
GET /v1/messages/{message}/relays          central decider group_member group_other
POST /v1/messages/{id}/opening             central lead; 404 lead_other
GET /v1/messages/{message}/answers /v1/hubs/{slug}/answers/{message}  central lead lead_other member member_other decider group_member group_other
GET /v1/messages/{message}/answers#closed  central lead member decider group_member; 404 lead_other member_other group_other
PUT,DELETE /v1/hubs/{slug}/answers/{message}  central lead
POST /v1/meetings/{id}/report-invitations  central; 404 decider group_member group_other
POST /v1/meetings/{id}/report-invitations#group  central decider group_member; 404 group_other
GET /v1/hub-reports                        central lead member decider group_member; empty lead_other member_other group_other
GET /v1/hub-reports/{id}                   central lead; 404 lead_other member member_other decider group_member group_other
GET /v1/hub-reports/{id}#submitted         central lead member decider group_member; 404 lead_other member_other group_other
PATCH /v1/hub-reports/{id} /v1/hub-reports/{id}#submitted  central lead; 404 lead_other
POST /v1/hub-reports/{id}/submission       central lead; 404 lead_other
PUT /v1/hub-reports/{id}/feedback#submitted  central decider group_member; 404 group_other
PUT /v1/hub-reports/{id}/feedback          central; 404 decider group_member group_other
GET /v1/hubs/{slug}/duties                 central lead; 404 lead_other
GET /v1/network/late-returns               central decider group_member; empty group_other

GET /v1/links /v1/links/{id}               all
POST /v1/links                             central lead
PATCH,DELETE /v1/links/{id}                central lead
GET /v1/programmes /v1/programmes/{slug}   all
PUT,PATCH,DELETE /v1/programmes/{slug}     central
GET /v1/programmes/{slug}/participants /v1/programmes/{slug}/participants/{id}  all
POST /v1/programmes/{slug}/participants    central lead
PATCH,DELETE /v1/programmes/{slug}/participants/{id}  central lead
GET /v1/programmes/{slug}/evaluations      central; empty nobody lead lead_other member member_other decider group_member group_other partner partner_other website analyst
GET /v1/programmes/{slug}/evaluations/{year}  central; 404 nobody lead lead_other member member_other decider group_member group_other partner partner_other website analyst
GET /v1/programmes/{slug}/evaluations/{year}#published  all
PUT,PATCH,DELETE /v1/programmes/{slug}/evaluations/{year}  central
POST /v1/programmes/{slug}/evaluations/{year}/publication  central
PUT /v1/events/{slug}                      central
PUT /v1/events/{slug}#hub                  central lead
PATCH,DELETE /v1/events/{slug}             central lead
POST /v1/events/{slug}/publication /v1/events/{slug}/cancellation /v1/events/{slug}/reopening /v1/events/{slug}/held  central lead
GET /v1/events/{slug}/outreach             central lead member; 404 lead_other member_other
PUT,PATCH,DELETE /v1/events/{slug}/outreach  central lead; 404 lead_other
DELETE /v1/hubs/{slug}/relays/{message}    central lead; 404 lead_other
GET /v1/hubs/{slug}/health                 central lead member decider group_member; 404 lead_other member_other group_other
GET /v1/network/health                     central decider group_member group_other

GET /v1/toolkit/self-assessment-totals /v1/historical-totals /v1/historical-totals/{id}  all
GET /v1/self-assessments                   central partner; empty partner_other
POST /v1/self-assessments                  central partner
GET,PATCH,DELETE /v1/self-assessments/{id}  central partner; 404 partner_other
GET /v1/organisations/{slug}/self-assessments/{date}  central partner; 404 partner_other
PUT /v1/organisations/{slug}/self-assessments/{date}  central partner
POST /v1/historical-totals                     central
PATCH,DELETE /v1/historical-totals/{id}        central
POST /v1/historical-totals/imports              central
GET /v1/historical-totals/template.csv         central

GET /v1/training/courses /v1/training/courses/{slug} /v1/training/sessions /v1/training/sessions/{id} /v1/training/figures /v1/certificates/{code}  all
PUT,PATCH,DELETE /v1/training/courses/{slug}  central
POST /v1/training/sessions                 central
POST /v1/training/sessions#hub             central lead
PATCH,DELETE /v1/training/sessions/{id}    central lead
POST /v1/training/sessions/{id}/publication /v1/training/sessions/{id}/cancellation /v1/training/sessions/{id}/reopening /v1/training/sessions/{id}/held  central lead
GET /v1/training/sessions/{session}/bookings /v1/training/sessions/{id}/feedback  central lead; 404 lead_other
POST /v1/training/sessions/{session}/bookings  central lead website
GET,PUT /v1/training/sessions/{id}/attendance  central lead; 404 lead_other
GET /v1/training/delegates                 central lead; empty lead_other
GET /v1/bookings/{id}                      central lead website; 404 lead_other member member_other decider group_member group_other partner partner_other analyst
PATCH /v1/bookings/{id}                    central lead website; 404 lead_other
POST /v1/bookings/{id}/cancellation /v1/bookings/{id}/feedback-link /v1/bookings/{id}/certificate  central lead website; 404 lead_other
GET,PUT,DELETE /v1/bookings/{id}/needs     central lead website; 404 lead_other
GET,DELETE /v1/bookings/{id}/consent       central lead website; 404 lead_other member member_other decider group_member group_other partner partner_other analyst
GET /v1/training/consent-texts /v1/training/consent-texts/{version}  all
PUT /v1/training/consent-texts/{version}   central
PUT /v1/bookings/{id}/attendance           central lead; 404 lead_other
POST /v1/feedback                          nobody_yet; 404 central website
POST /v1/feedback#linked                   central website
GET /v1/training/comments /v1/training/comments/{id}  central website
PUT /v1/training/comments/{id}/clearance   central
"""
# What decides is in the request itself: tests of the token endpoint. What anybody's click counts: tests of usage.
ELSEWHERE = {"POST /oauth/token", "POST /oauth/revoke", "POST /v1/documents/{slug}/investigations", "POST /v1/resources/{slug}/investigations"}


# What a request has besides the sample, so that it succeeds; a word in braces is one of the records.
BODIES = {
    "POST /v1/messages#group": {"group": "hub-leads-group"},
    "PUT /v1/hubs/{slug}/files/{name}": "\x89PNG\r\n\x1a\n",
    "PUT /v1/branding/{slug}/files/{name}": "\x89PNG\r\n\x1a\n",
    "PATCH /v1/hub-reports/{id}": '{"practice": "Matrix", "nil_return": false}',
    "PATCH /v1/hub-reports/{id}#submitted": '{"practice": "Matrix", "nil_return": false}',
    "POST /v1/programmes/{slug}/participants": {"hub": "matrix-hub"},
    "POST /v1/organisations/{slug}/lineage": {"predecessor": "matrix-other"},
    "POST /v1/organisations/{slug}/merges": {"former": "matrix-double"},
    "POST /v1/people/{person}/merges": {"former": "{double}"},
    "PUT /v1/events/{slug}#hub": {"hub": "matrix-hub"},
    "POST /v1/training/sessions": {"ends_at": "2024-06-01T01:00:00Z"},
    "POST /v1/training/sessions#hub": {"hub": "matrix-hub", "ends_at": "2024-06-01T01:00:00Z"},
    "PUT /v1/training/sessions/{id}/attendance": {"items": [{"booking": "{booking}", "attended": True}]},
    "PATCH /v1/hubs/{slug}/pathway": {"steps": [{"code": "page_sent", "version": 1, "evidence": None}]},
    "PUT /v1/projects/{slug}": {"hub": "matrix-hub"},
    "PATCH /v1/actions/{id}#self": '{"done_on": "2024-06-02"}',
    "PATCH /v1/meetings/{meeting}/agenda": {"items": [{"id": "{agenda}", "version": 1, "notes": "Matrix"}]},
    "PATCH /v1/meetings/{meeting}/agenda#group": {"items": [{"id": "{agenda}", "version": 1, "notes": "Matrix"}]},
    "POST /v1/feedback#linked": {"token": "{token}"},
    "POST /v1/links": {"from_record": "/v1/events/matrix-published", "to_record": "/v1/events/matrix-held", "relation": "related", "linked_on": "2024-06-01"},
    "POST /v1/redactions": {"record": "{redacted}", "field": "title", "words": "redacted", "reason": "Matrix"},
    "POST /v1/meetings/{id}/attendance/imports": "person,status\n{person},present\n",
    "POST /v1/meetings/{id}/attendance/imports#group": "person,status\n{person},present\n",
    "POST /v1/hubs/{slug}/leads": {"organisation": "matrix-other"},
    "POST /v1/hubs/{slug}/invitations": {"sector": "fe", "name": "Matrix"},
    "POST /v1/historical-totals": {"metric": "hubs", "period": "1998"},
    "POST /v1/releases": {"period": "1988-89"},
    "PUT /v1/regions/{slug}": {"within": "wales", "gss_code": "E12999999"},
    "PATCH /v1/regions/{slug}": {"within": "wales"},
    "POST /v1/hubs/{slug}/local-figures": {"region": "wales"},
    "PATCH /v1/hubs/{slug}/local-figures/{id}": {"region": "wales"},
    "POST /v1/hubs/{slug}/lead-people": {"lead": "{lead}", "name": "Matrix Lead"},
    "POST /v1/hubs/{slug}/terms-of-reference/{id}/adoption": {"meeting": "{hub_held}"},
    "PUT /v1/toolkit/principles/{slug}": {"ordinal": 997},
}
# Whose requests here are all refused by a rule (409, 422) that stands behind the right. None is added, and what succeeds goes.
RULED = """
DELETE /v1/groups/{slug} /v1/hubs/{slug} /v1/hubs/{slug}/leads/{id} /v1/organisations/{slug} /v1/programmes/{slug}  central
DELETE /v1/training/courses/{slug}  central
DELETE /v1/events/{slug} /v1/training/sessions/{id}  central hub_lead
PATCH /v1/accounts/{account}/roles/{id}  central
PATCH /v1/hubs/{slug}/pathway/{step}  central hub_lead
POST /v1/historical-totals/imports /v1/groups/{slug}/seats/{seat}/handover /v1/hubs/{slug}/evaluations/{year}/acceptance  central
POST /v1/hubs/{slug}/evaluations/{year}/publication /v1/hubs/{slug}/evaluations/{year}/revision-request  central
POST /v1/hubs/{slug}/leads/{lead}/handover /v1/hubs/{slug}/statuses  central
POST /v1/hub-applications/{id}/review  central group_member
POST /v1/events/{slug}/publication /v1/events/{slug}/reopening /v1/hubs/{slug}/evaluations/{year}/submission  central hub_lead
POST /v1/hubs/{slug}/members/imports /v1/hubs/{slug}/quarterly-updates/{quarter}/submission  central hub_lead
POST /v1/training/sessions/{id}/cancellation /v1/training/sessions/{id}/publication  central hub_lead
POST /v1/training/sessions/{id}/reopening  central hub_lead
POST /v1/bookings/{id}/cancellation /v1/bookings/{id}/feedback-link  central hub_lead website
POST /v1/meetings/{id}/agenda-completion  hub_lead
POST /v1/training/sessions/{session}/bookings  website
PUT /v1/quarters/{quarter}  central
PUT /v1/bookings/{id}/needs  central hub_lead website
"""


def read_table():
    """{"METHOD /path": {caller: outcome}}"""
    cells = {}
    for line in filter(None, TABLE.splitlines()):
        methods, *words = line.replace(";", " ;").split()
        paths = [word for word in words if word.startswith("/")]
        row, outcome = {caller: 401 if caller == "nobody" else 403 for caller in CALLERS}, "yes"
        for word in words[len(paths):]:
            if word == ";":
                continue
            if word in ("404", "empty"):
                outcome = int(word) if word.isdigit() else word
            elif word in ("all", "known"):
                row.update({caller: "yes" for caller in CALLERS if word == "all" or caller != "nobody"})
            elif word != "nobody_yet":
                assert word in CALLERS, word
                row[word] = outcome
        for method in methods.split(","):
            for path in paths:
                assert f"{method} {path}" not in cells, f"{method} {path} stands twice"
                cells[f"{method} {path}"] = row
    return cells


CELLS = read_table()
OPERATIONS = {"{} {}".format(*line.split()[:2]) for line in subprocess.run(
    [harness.BINARY, "routes"], cwd=harness.ROOT, check=True, text=True, capture_output=True).stdout.splitlines()}


def test_the_table_has_every_operation_and_no_other():
    without_variants = {cell.split("#")[0] for cell in CELLS}
    assert OPERATIONS - ELSEWHERE - without_variants == set(), "operations that the table does not have"
    assert without_variants - OPERATIONS == set(), "lines of the table that are for nothing"


def test_every_write_can_be_tried(contract):
    """Without dry_run a cell of this matrix would change something."""
    for template, method, operation in harness.operations(contract):
        if method != "GET" and f"{method} {template}" not in ELSEWHERE:
            names = {resolve(contract, parameter)["name"] for parameter in operation.get("parameters", [])}
            assert "dry_run" in names, operation["operationId"]


def resolve(document, node):
    while "$ref" in node:
        target = document
        for token in node["$ref"][2:].split("/"):
            target = target[token.replace("~1", "/").replace("~0", "~")]
        node = target
    return node


SAMPLES = ["matrix-mine", "https://www.example.org/x", "2024", "2024-06-01", "E12000008", "https://id.example.org", "A text", "AAAA", "1234567",
           "GB-CHC-9999991", "matrix_code", "strategy-2019-22", "/v1/hubs/matrix-hub"]


# What fits these schemas by their types alone is refused before it is seen who asks.
LEAST = {"HubLeadPersonNew": {"role": "functional_lead"}, "HubMemberNew": {"name": "A. Professional", "sector": "he"}, "SelfAssessmentStagesTerm": {"clear-approach": "developing"},
         "BookingNew": {"name": "A. Delegate", "email": "delegate@school.example", "sector": "school_sector"},
         "BookingNeedsNew": {"access": "A ramp", "consent": 1}, "BookingAttendanceNew": {"attended": True},
         "TrainingSessionAttendanceNew": {"items": [{"booking": "00000000-0000-7000-8000-000000000000", "attended": True}]},
         "FeedbackNew": {"token": "the-token-of-the-link", "rating": 5}}


def sample(document, schema, name=""):
    """A value that fits a schema, as small as it may be."""
    called = schema.get("$ref", "").split("/")[-1]
    if called in LEAST:
        return LEAST[called]
    schema = resolve(document, schema)
    if "contentMediaType" in schema:
        return "bytes"
    kind = schema.get("type", "object" if "properties" in schema else None)
    kind = next(k for k in kind if k != "null") if isinstance(kind, list) else kind
    if "const" in schema or "enum" in schema:
        return schema.get("const", next((value for value in schema.get("enum", []) if value is not None), None))
    if kind == "object":
        wanted = list(schema.get("required", [])) or list(schema.get("properties", {}))[: schema.get("minProperties", 0)]
        return {key: sample(document, schema["properties"][key], key) for key in wanted}
    if kind == "array":
        return [sample(document, schema["items"], name)] * max(schema.get("minItems", 0), name in ("sources", "nations"))
    if kind in ("integer", "number"):
        return max(schema.get("minimum", 1), 1)
    if kind == "boolean":
        return True
    if kind is None:
        option = next(part for part in schema["anyOf"] if resolve(document, part).get("type") != "null")
        return sample(document, option, name)
    fixed = {"date": "2024-06-01", "date-time": "2024-06-01T00:00:00Z", "uuid": str(uuid.uuid4()), "uri": "https://www.example.org/x"}
    if name in ("organisation", "hub", "group") or schema.get("format") in fixed:
        return fixed.get(schema.get("format"), "matrix-mine")
    return next(text for text in SAMPLES if re.search(schema.get("pattern", ""), text) and len(text) >= schema.get("minLength", 0))


@pytest.fixture(scope="module")
def records(cluster, server):
    """What the requests are about: an organisation with an application under review, one in draft and a founded Hub
    with an invitation; an account and a client. All is deleted in the end."""
    def clear():
        cluster.remove(**{table: "slug LIKE 'matrix-%'" for table in
                          ("event", "toolkit_principle", "hub", "organisation", "course", "document", "resource", "region", "programme", "branding")},
                       historical_total="period = '1999'", release="period = '1989-90' OR note = 'Matrix'",
                       **{table: "title LIKE 'Matrix %'" for table in ("meeting", "group_seat", "message")},
                       breach="what = 'Matrix'", objection="purpose = 'Matrix'", person="name LIKE 'Matrix %'", account="label LIKE 'Matrix %'")

    def done(method, path, body=None, caller="central", **more):
        answer = harness.in_time(lambda: server.send(method, path, body, cluster.token(server, **CALLERS[caller]), **more))
        assert answer.status in (200, 201, 204), (method, path, answer.text)
        return answer.json

    clear()
    cluster.psql("INSERT INTO scip.release (period, number, family, first_day, last_day, note) VALUES ('2015-16', 1, 'academic', '2015-09-01', '2016-08-31', 'Matrix')")
    for slug in ("matrix-mine", "matrix-other"):
        done("PUT", f"/v1/organisations/{slug}", {"name": slug, "sources": ["https://www.example.org/"], "confidence": "low",
             **({"sectors": [{"sector": "school_sector"}]} if slug == "matrix-mine" else {})}, If_None_Match="*")
    for things in ("documents", "resources"):
        done("PUT", f"/v1/{things}/matrix-withdrawn", {"title": "Matrix", "kind": "guide", "sources": ["x"], "confidence": "low"}, If_None_Match="*")
        done("POST", f"/v1/{things}/matrix-withdrawn/withdrawal", {"note": "Matrix"})
        done("PUT", f"/v1/{things}/matrix-held", {"title": "Matrix", "kind": "guide", "url": "https://www.example.org/", "sources": ["x"], "confidence": "low"}, If_None_Match="*")
        assert server.request("PUT", f"/v1/{things}/matrix-held/files/matrix.csv", {"Authorization": f"Bearer {cluster.token(server, 'central')}", "If-None-Match": "*"}, b"a,b\r\n1,2\r\n").status == 201
    application = {"organisation": "matrix-mine", "name": "Matrix", "nations": ["GB-ENG"], "regions": ["E12000008"], "rationale": "Because."}
    founded, open_, draft = (done("POST", "/v1/hub-applications", {**application, "slug": slug}, "partner") for slug in ("matrix-hub", "matrix-hub-2", "matrix-hub-3"))
    for one in (founded, open_):
        done("POST", one["href"] + "/submission", None, "partner")
        done("POST", one["href"] + "/review", None, "decider")
    done("POST", founded["href"] + "/decision", {"decision": "approved"}, "decider")
    invitation = done("POST", "/v1/hubs/matrix-hub/invitations", {"sector": "he", "name": "Matrix College"}, "lead")
    client = done("POST", "/v1/clients", {"name": "Matrix client", "roles": [{"role": "analyst"}]})
    lead = server.get("/v1/hubs/matrix-hub/leads").json["items"][0]
    person = cluster.psql("""WITH p AS (INSERT INTO scip.person (name) VALUES ('Matrix Member') RETURNING id)
        INSERT INTO scip.hub_membership (hub_id, person_id, sector, starts) SELECT h.id, p.id, 'he', '2024-01-01' FROM p, scip.hub h
        WHERE h.slug = 'matrix-hub' RETURNING person_id""", "scip_migrator")
    membership = cluster.psql(f"SELECT id FROM scip.hub_membership WHERE person_id = '{person}'")
    done("PUT", "/v1/hubs/matrix-hub/quorum-rules/2998-01-01", {"sectors": ["he"], "minimum_members": 1}, "lead", If_None_Match="*")
    meeting = done("POST", "/v1/hubs/matrix-hub/meetings", {"title": "Matrix meeting", "starts_at": "2024-06-01T10:00:00Z"}, "lead")
    parts = {part: done("POST", f"{meeting['href']}/{part}", {"title" if part == "agenda" else "text": "Matrix"}, "lead")["id"]
             for part in ("agenda", "resolutions", "actions", "minutes")}
    done("PUT", f"{meeting['href']}/attendance/{person}", {"status": "present"}, "lead", if_match="*")
    for slug in ("matrix-mine", "matrix-empty"):
        done("PUT", f"/v1/projects/{slug}", {"name": slug, "hub": "matrix-hub", "aims": "Matrix"}, "lead", If_None_Match="*")
    parts["planned"] = done("POST", "/v1/projects/matrix-mine/actions", {"text": "Matrix", "owner": person}, "lead")["id"]
    approved = done("POST", "/v1/hubs/matrix-hub/meetings", {"title": "Matrix approved", "starts_at": "2024-06-01T10:00:00Z"}, "lead")
    approved = done("POST", f"{approved['href']}/minutes", {"text": "Matrix"}, "lead")
    done("POST", approved["href"] + "/approval", None, "lead")
    parts["approved"] = {"minutes": approved["id"]}
    seated = cluster.psql("INSERT INTO scip.person (name) VALUES ('Matrix Seated') RETURNING id", "scip_migrator")
    seat = done("POST", "/v1/groups/hub-leads-group/seats", {"title": "Matrix seat", "person": seated, "from": "2024-01-01"})
    for whose, who, caller in (("", "groups/hub-leads-group", "group_member"), ("hub-", "hubs/matrix-hub", "lead")):
        for state in ("group", "empty", "held", "cancelled"):
            made = done("POST", f"/v1/{who}/meetings", {"title": f"Matrix {state}", "starts_at": "2024-06-01T10:00:00Z"}, caller)
            one = parts[whose + state] = {"meeting": made["id"], "person": seated}
            for part in {"group": ("agenda", "resolutions", "actions", "minutes"), "held": ("minutes",)}.get(state, ()):
                one[part] = done("POST", f"{made['href']}/{part}", {"title" if part == "agenda" else "text": "Matrix"}, caller)["id"]
            if state == "held":
                done("POST", f"/v1/minutes/{one['minutes']}/approval", None, caller)
            if state in ("held", "cancelled"):
                done("POST", made["href"] + {"held": "/held", "cancelled": "/cancellation"}[state], None, caller)
    done("PUT", f"/v1/meetings/{parts['group']['meeting']}/attendance/{seated}", {"status": "present"}, "group_member", if_match="*")
    parts |= {"activity": done("POST", "/v1/hubs/matrix-hub/activities", {"kind": "hub_led", "held_on": "2024-06-01", "title": "Matrix"}, "lead")["id"],
              "review": done("POST", "/v1/hubs/matrix-hub/reviews", {"reviewed_on": "2024-06-01", "note": "Matrix"}, "lead")["id"],
              "message": done("POST", "/v1/messages", {"title": "Matrix down", "text": "Matrix"})["id"],
              "unrelayed": done("POST", "/v1/messages", {"title": "Matrix down 2", "text": "Matrix"})["id"],
              "question": done("POST", "/v1/hubs/matrix-hub/messages", {"kind": "question", "title": "Matrix up", "text": "Matrix", "group": "hub-leads-group"}, "lead")["id"]}
    parts["hub"] = {"message": parts["question"]}
    parts["group"]["planned"] = parts["group"]["actions"]
    parts["group"]["message"] = done("POST", "/v1/messages", {"title": "Matrix theirs", "text": "Matrix", "group": "hub-leads-group"}, "group_member")["id"]
    done("PUT", f"/v1/hubs/matrix-hub/relays/{parts['message']}", {}, "lead", If_None_Match="*")
    parts["quarter"], parts["free"], parts["other"] = cluster.psql("SELECT scip.quarter(d) FROM unnest(ARRAY[scip.today(), '2024-06-01', '2024-01-01']) d").splitlines()
    for quarter in (parts["quarter"], parts["free"]):
        done("PUT", f"/v1/hubs/matrix-hub/quarterly-updates/{quarter}/extension", {"open_until": "2999-01-01", "reason": "Matrix"}, If_None_Match="*")
    done("PUT", f"/v1/hubs/matrix-hub/quarterly-updates/{parts['quarter']}", {"nil_return": True}, "lead", If_None_Match="*")
    done("POST", f"/v1/hubs/matrix-hub/quarterly-updates/{parts['quarter']}/submission", None, "lead")
    cluster.psql("""BEGIN; SET LOCAL session_replication_role = replica;
        UPDATE scip.hub_status SET status = 'active', starts = '2018' WHERE hub_id = (SELECT id FROM scip.hub WHERE slug = 'matrix-hub'); COMMIT""")
    parts["year"], parts["evaluations"] = parts["quarter"][:7], "/v1/hubs/matrix-hub/evaluations/"
    done("PUT", parts["evaluations"] + parts["year"], {}, "lead", If_None_Match="*")
    parts["picture"] = server.request("PUT", "/v1/hubs/matrix-hub/files/matrix.png", {"Authorization": f"Bearer {cluster.token(server, 'central')}", "If-None-Match": "*"},
                                      b"\x89PNG\r\n\x1a\n" + bytes(9)).status
    assert parts["picture"] == 201
    done("PUT", "/v1/branding/matrix-mine", {"title": "Matrix", "title_cy": "Matrics", "usage": "Matrix", "usage_cy": "Matrics"}, If_None_Match="*")
    assert server.request("PUT", "/v1/branding/matrix-mine/files/matrix.png", {"Authorization": f"Bearer {cluster.token(server, 'central')}", "If-None-Match": "*"},
                          b"\x89PNG\r\n\x1a\n" + bytes(9)).status == 201
    for slug, steps in (("draft", []), ("published", ["publication"]), ("held", ["publication", "held"]), ("counted", ["publication", "held"])):
        done("PUT", f"/v1/events/matrix-{slug}", {"title": "Matrix", "kind": "outreach", "hub": "matrix-hub", "starts_on": "2024-06-01"}, "lead", If_None_Match="*")
        for step in steps:
            done("POST", f"/v1/events/matrix-{slug}/{step}", None, "lead")
    done("PUT", "/v1/events/matrix-counted/outreach", {"interventions": 1, "young_people": 1}, "lead", If_None_Match="*")
    parts["event"] = "matrix-draft"
    parts["link"] = done("POST", "/v1/links", {"from_record": "/v1/events/matrix-published", "to_record": "/v1/events/matrix-held", "relation": "led_to"}, "lead")["id"]
    done("PUT", "/v1/toolkit/principles/matrix-mine", {"ordinal": 998, "name": "Matrix", "sources": ["https://www.example.org/"], "confidence": "low"}, If_None_Match="*")
    parts["assessment"] = done("POST", "/v1/self-assessments", {"organisation": "matrix-mine", "principle": "matrix-mine", "stage": "emerging", "assessed_on": "2024-06-01"}, "partner")["id"]
    parts["release"] = done("POST", "/v1/releases", {"period": "1989-90", "note": "Matrix"})["id"]
    parts["total"] = done("POST", "/v1/historical-totals", {"metric": "hubs", "period": "1999", "value": 1, "sources": ["https://www.example.org/"]})["id"]
    done("PUT", "/v1/training/courses/matrix-mine", {"name": "Matrix", "sources": ["https://www.example.org/"], "confidence": "low"}, If_None_Match="*")
    training = {"course": "matrix-mine", "hub": "matrix-hub", "starts_at": "2999-01-01T10:00:00Z", "ends_at": "2999-01-01T11:00:00Z", "capacity": 5}
    session, parts["session_draft"] = (done("POST", "/v1/training/sessions", training, "lead")["id"] for _ in range(2))
    done("POST", f"/v1/training/sessions/{session}/publication", None, "lead")
    delegates = [{"name": f"Matrix {who}", "email": f"{who}@training.example", "access": "Matrix", "consent": 1} for who in ("Delegate", "Linked")]
    booking, linked = (done("POST", f"/v1/training/sessions/{session}/bookings", who, "website", key=uuid.uuid4().hex) for who in delegates)
    cluster.psql(f"UPDATE scip.training_session SET starts_at = now() - interval '1 day', ends_at = now() WHERE id = '{session}'", "scip_migrator")
    for one in (booking, linked):
        done("PUT", one["href"] + "/attendance", {"attended": True}, "lead", if_match="*")
    parts["token"] = done("POST", linked["href"] + "/feedback-link", None, "website")["token"]
    parts |= {"session": session, "booking": booking["id"], "certificate": done("POST", booking["href"] + "/certificate", None, "lead")["code"]}
    token = done("POST", booking["href"] + "/feedback-link", None, "website")["token"]
    done("POST", "/v1/feedback", {"token": token, "comment": "Matrix"}, "website")
    parts["comment"] = cluster.psql(f"SELECT id FROM scip.feedback WHERE booking_id = '{booking['id']}'")
    done("PUT", f"/v1/training/comments/{parts['comment']}/clearance", {"cleared": True}, if_match="*")
    done("PUT", "/v1/regions/matrix-district", {"name": "Matrix", "gss_code": "E07999941", "within": "wales", "longitude": 1, "latitude": 51, "sources": ["x"]}, If_None_Match="*")
    parts["figure"] = done("POST", "/v1/hubs/matrix-hub/local-figures", {"region": "wales", "title": "Matrix", "as_of": "2024", "value": 1, "unit": "children",
        "source": "https://www.example.org/", "licence": "x", "published": True}, "lead")["id"]
    parts["network"] = done("POST", "/v1/hubs/matrix-hub/local-networks", {"name": "Matrix"}, "lead")["id"]
    parts["manager"] = done("POST", "/v1/hubs/matrix-hub/lead-people", {"lead": lead["id"], "role": "senior_manager", "name": "Matrix Manager"}, "lead")["id"]
    parts["hub_held"], terms = parts["hub-held"]["meeting"], "/v1/hubs/matrix-hub/terms-of-reference"
    parts["adopted"] = {"terms": done("POST", terms, {}, "lead")["id"]}
    done("POST", f"{terms}/{parts['adopted']['terms']}/adoption", {"meeting": parts["hub_held"]}, "lead")
    parts["terms"] = done("POST", terms, {}, "lead")["id"]
    parts["breach"] = done("POST", "/v1/privacy/breaches", {"description": "Matrix", "discovered_at": "2024-06-01T10:00:00Z"})["id"]
    objector = done("POST", "/v1/people", {"name": "Matrix Objector"})["id"]
    parts["objection"] = done("POST", f"/v1/people/{objector}/objections", {"received_on": "2024-06-01", "purpose": "Matrix"})["id"]
    parts["redacted"] = f"/v1/hubs/matrix-hub/activities/{parts['activity']}"
    parts["redaction"] = done("POST", "/v1/redactions", {"record": parts["redacted"], "field": "title", "words": "Matrix", "reason": "Matrix"}, "lead")["id"]
    parts["mention"] = cluster.psql(f"""INSERT INTO scip.redaction (person_id, "table", record, "column", match, words, digest)
        VALUES ('{person}', 'activity', '{parts['activity']}', 'title', 'name', 1, 'x') RETURNING id""", "scip_migrator")
    for slug in ("matrix-past", "matrix-double"):
        done("PUT", f"/v1/organisations/{slug}", {"name": slug, "sources": ["https://www.example.org/"], "confidence": "low"}, If_None_Match="*")
    parts["lineage"] = done("POST", "/v1/organisations/matrix-mine/lineage", {"kind": "succeeded", "predecessor": "matrix-past"})["id"]
    parts["kept"], twice, parts["double"] = (done("POST", "/v1/people", {"name": f"Matrix {name}"})["id"] for name in ("Kept", "Twice", "Double"))
    parts["merge"] = done("POST", f"/v1/people/{parts['kept']}/merges", {"former": twice})["id"]
    done("PUT", "/v1/programmes/matrix-mine", {"name": "Matrix", "sources": ["https://www.example.org/"], "confidence": "low"}, If_None_Match="*")
    parts["participant"] = done("POST", "/v1/programmes/matrix-mine/participants", {"hub": "matrix-hub", "from": "2024-01-01", "to": "2024-12-31"}, "lead")["id"]
    for year in ("2014-15", "2015-16"):
        done("PUT", f"/v1/programmes/matrix-mine/evaluations/{year}", {"summary": "Matrix"}, If_None_Match="*")
    done("POST", "/v1/programmes/matrix-mine/evaluations/2015-16/publication")
    parts |= {"judged": "2014-15", "unpublished": "/v1/programmes/matrix-mine/evaluations/2014-15", "published": {"judged": "2015-16"}}
    ask = {"kind": "question", "text": "Matrix", "group": "hub-leads-group", "open_to_hubs": True}
    parts["opened"], parts["unanswered"] = (done("POST", "/v1/hubs/london-hub/messages", {**ask, "title": f"Matrix {title}"}, "lead_other")["id"] for title in ("opened", "unanswered"))
    done("PUT", f"/v1/hubs/matrix-hub/answers/{parts['opened']}", {"text": "Matrix"}, "lead", If_None_Match="*")
    parts["closed"] = {"opened": parts["question"]}
    for state in ("report", "reported"):
        made = done("POST", "/v1/groups/hub-leads-group/meetings", {"title": f"Matrix {state}", "starts_at": "2024-06-01T10:00:00Z"}, "group_member")
        done("POST", made["href"] + "/agenda", {"title": "Matrix", "hub": "matrix-hub"}, "group_member")
        report = done("GET", f"/v1/hub-reports?hub=matrix-hub&meeting={made['id']}", None, "lead")["items"][0]
        done("PATCH", report["href"], {"practice": "Matrix", "nil_return": False}, "lead", if_match="*")
        parts[state] = report["id"]
    done("POST", f"/v1/hub-reports/{parts['reported']}/submission", None, "lead")
    parts |= {"submitted": {"report": parts["reported"]}, "owed": "/v1/hubs/matrix-hub/quarterly-updates/"}
    written = cluster.psql("SELECT count(*) FROM scip.audit WHERE operation IS NOT NULL")
    yield {"meeting": meeting["id"], "person": person, "membership": membership, "seat": seat["id"], **parts, "application": open_["id"],
           "draft": {"application": draft["id"]}, "invitation": invitation["id"], "account": client["id"], "lead": lead["id"],
           "role": client["roles"][0]["id"]}
    assert cluster.psql("SELECT count(*) FROM scip.audit WHERE operation IS NOT NULL") == written, "a dry run has changed something"
    clear()


def address(server, records, method, template):
    """The address of the record that is mine, or of one that is not yet there."""
    if template.startswith("/v1/meetings"):
        for part in ("agenda", "resolutions", "actions"):
            template = template.replace(part + "/{id}", f"{part}/{records[part]}")
        return template.replace("{id}", records["meeting"]).replace("{meeting}", records["meeting"]).replace("{person}", records["person"])
    if template.startswith("/v1/actions"):
        return template.replace("{id}", records["planned"])
    if template.startswith("/v1/projects"):
        return template.replace("{slug}", {"PUT": "matrix-new", "DELETE": "matrix-empty"}.get(method, "matrix-mine")).replace("{project}", "matrix-mine")
    if template.startswith("/v1/training/consent-texts"):
        return template.replace("{version}", "2" if method == "PUT" else "1")
    if template.startswith(("/v1/training", "/v1/bookings", "/v1/certificates")):
        name = {"comments": "comment", "bookings": "booking"}.get(template.removeprefix("/v1/training/").removeprefix("/v1/").split("/")[0], "session")
        found = template.replace("{id}", records[name]).replace("{session}", records["session"]).replace("{code}", records["certificate"])
        return found.replace("{slug}", "matrix-new" if method == "PUT" else "matrix-mine")
    if template.endswith("/self-assessments/{date}"):
        return template.replace("{slug}", "matrix-mine").replace("{date}", "2024-06-01")
    if template.startswith(("/v1/self-assessments", "/v1/historical-totals")):
        return template.replace("{id}", records["assessment" if "self" in template else "total"])
    if template == "/v1/hubs/{slug}/files/{name}":
        return template.replace("{slug}", "matrix-hub").replace("{name}", "new.png" if method == "PUT" else "matrix.png")
    if template == "/v1/branding/{slug}/files/{name}":
        return template.replace("{slug}", "matrix-mine").replace("{name}", "new.png" if method == "PUT" else "matrix.png")
    if template.endswith(("/files/{name}", "/visit")):
        return template.replace("{slug}", "matrix-held").replace("{name}", "new.csv" if method == "PUT" else "matrix.csv")
    if template.endswith("/withdrawal") and method == "GET" or template.endswith("/reinstatement"):
        return template.replace("{slug}", "matrix-withdrawn")
    if "/redactions" in template or "/mentions/{id}" in template:
        return template.replace("{person}", records["person"]).replace("{id}", records["redaction" if "redactions" in template else "mention"])
    if template.startswith("/v1/people/{person}/merges"):
        return template.replace("{person}", records["kept"]).replace("{id}", records["merge"])
    if template.startswith("/v1/people"):
        return template.replace("{id}", records["person"]).replace("{person}", records["person"])
    if template.startswith("/v1/privacy"):
        return template.replace("{id}", records["breach" if "breaches" in template else "objection"])
    if template.startswith("/v1/network/evaluations"):
        return template.replace("{year}", "2015-16")
    if "/members/" in template or "/quorum-rules/" in template:
        found = template.replace("{slug}", "matrix-hub").replace("{id}", records["membership"]).replace("{member}", records["membership"])
        return found.replace("{from}", "2999-01-01" if method == "PUT" else "2998-01-01")
    if template.endswith("/outreach"):
        return template.replace("{slug}", "matrix-held" if method == "PUT" else "matrix-counted")
    if template.startswith("/v1/events/{slug}") and method not in ("GET", "PUT"):
        return template.replace("{slug}", "matrix-published")
    if template.startswith("/v1/links"):
        return template.replace("{id}", records["link"])
    if template.startswith("/v1/minutes"):
        return template.replace("{id}", records["minutes"])
    if template.startswith("/v1/groups/{slug}/"):
        return template.replace("{slug}", "hub-leads-group").replace("{id}", records["seat"]).replace("{seat}", records["seat"])
    if template.startswith(("/v1/metrics", "/v1/releases")):
        return template.replace("{code}", "hubs").replace("{id}", records["release"])
    if template.startswith("/v1/messages"):
        found = template.replace("{id}", records["question" if template.endswith(("response", "opening")) else "message"])
        return found.replace("{message}", records["opened" if template.endswith("answers") else "message"])
    if template == "/v1/hubs/{slug}/answers/{message}":
        return template.replace("{slug}", "matrix-hub").replace("{message}", records["unanswered" if method == "PUT" else "opened"])
    if template.startswith("/v1/hub-reports"):
        return template.replace("{id}", records["report"])
    if template.startswith("/v1/programmes/{slug}/"):
        found = template.replace("{slug}", "matrix-mine").replace("{id}", records["participant"])
        return found.replace("{year}", "2016-17" if method == "PUT" else records["judged"])
    quarter, message = ("other" if template.endswith("extension") else "free", "unrelayed") if method == "PUT" else ("quarter", "message")
    template = template.replace("{quarter}", records[quarter]).replace("{message}", records[message]).replace("{year}", "2019-20" if method == "PUT" else records["year"])
    for part, name in (("activities", "activity"), ("reviews", "review"), ("lead-people", "manager"), ("local-figures", "figure"), ("local-networks", "network"), ("terms-of-reference", "terms")):
        template = template.replace(part + "/{id}", f"{part}/{records[name]}")
    if method == "PUT" and not re.search("/(quarterly-updates|relays|evaluations)/", template):
        return template.replace("{slug}", "matrix-new")
    if template.startswith("/v1/hubs/{slug}"):
        found = template.replace("{slug}", "matrix-hub").replace("{step}", "lead_identified")
        return found.replace("{lead}", records["lead"]).replace("{id}", records["lead"] if "/leads/" in template else records["invitation"])
    if template.startswith("/v1/organisations/{slug}"):
        return template.replace("{slug}", "matrix-mine").replace("{id}", records["lineage"])
    if template == "/v1/branding/{slug}":
        return "/v1/branding/matrix-mine"
    if template == "/v1/regions/{slug}" and method != "GET":
        return "/v1/regions/matrix-district"
    if "{slug}" in template:
        return template.replace("{slug}", server.get(template.split("/{slug}")[0] + "?limit=1").json["items"][0]["slug"])
    if template.startswith("/v1/hub-applications"):
        return template.replace("{id}", records["application"])
    found = template.replace("{list}", "sector").replace("/roles/{id}", "/roles/" + records["role"]).replace("{account}", records["account"]).replace("{id}", records["account"])
    return found.replace("/web/{asset}", "/web/scip.js").replace("{asset}", "docs.js").replace("{rule}", "in-use")


def body_of(contract, operation):
    content = resolve(contract, operation.get("requestBody", {})).get("content", {})
    for media, value in content.items():
        return media, json.dumps(sample(contract, value["schema"])).encode()
    return None, None


def mine(answer, records):
    """Whether a list shows the record that is mine."""
    return any(records[name] in answer.text for name in ("application", "invitation", "activity", "review", "quarter", "message", "membership", "person", "event", "assessment", "session_draft", "evaluations", "manager",
                                                      "booking", "report", "reported", "unpublished", "owed"))


def fault(outcome, answer, records):
    if outcome == "yes":
        return answer.status in (400, 401, 403, 404, 412, 428) or answer.status >= 500
    if outcome == "empty":
        return answer.status != 200 or mine(answer, records)
    return answer.status != outcome or answer.headers["Content-Type"] != "application/problem+json" or (outcome == 401 and "WWW-Authenticate" not in answer.headers)


# (operation, role) of the requests that succeeded
SEEN = set()


def request_of(server, contract, records, cell):
    """The operation of a cell, its address, and its body with the type of that."""
    method, template, *which = re.split("[ #]", cell)
    records = {**records, **records.get(*which, {})} if which else records
    operation = contract["paths"][template][method.lower()]
    path = address(server, records, method, template) + ("?metric=hubs" if template == "/v1/metric-values" else "")  # all of them take long
    content_type, body = body_of(contract, operation)
    if more := BODIES.get(cell):
        text = more if isinstance(more, str) else json.dumps({**json.loads(body), **more})
        body = re.sub(r"\{(\w+)\}", lambda word: records[word[1]], text).encode("latin-1")
    return operation, path, content_type, body


def judge(cluster, server, contract, records, cell):
    """What is wrong with a cell: each caller's request in each representation."""
    method, template, *_ = re.split("[ #]", cell)
    operation, path, content_type, body = request_of(server, contract, records, cell)
    success = resolve(contract, next(value for status, value in operation["responses"].items() if status[0] == "2" or status == "303"))
    conditions = {resolve(contract, parameter)["name"] for parameter in operation.get("parameters", [])}
    conditions -= {"If-None-Match" if server.get(path, Authorization=f"Bearer {cluster.token(server, 'central')}").status == 200 else "If-Match"} if {"If-Match", "If-None-Match"} <= conditions else set()
    for caller, who in CALLERS.items():
        token = who and cluster.token(server, **who)
        headers = {"Content-Type": content_type, "If-Match": "If-Match" in conditions and "*", "If-None-Match": "If-None-Match" in conditions and "*",
                   "Authorization": token and f"Bearer {token}", "Idempotency-Key": path.endswith(("/imports", "/bookings")) and uuid.uuid4().hex, "Content-Length": method in ("POST", "PUT") and body is None and "0"}
        for media in (success.get("content") if method == "GET" else None) or [None]:
            sent = {name: value for name, value in {**headers, "Accept": media}.items() if value}
            answer = server.request(method, path if method == "GET" else path + "?dry_run=true" + ("&reason=Matrix" if "reason" in conditions else ""), sent, body)
            outcome = CELLS[cell][caller]
            if who and answer.status < 400:
                SEEN.add((f"{method} {template}", who["role"]))
            if fault(outcome, answer, records) or "format" in conditions and answer.status == 200 and answer.headers["Content-Type"].split(";")[0] != media:
                yield f"{cell} {caller} {media or ''}: {answer.status} instead of {outcome}: {answer.text[:300]}"


@pytest.fixture
def myself(cluster, records, request):
    """What is of the caller itself is of the member's person, for a while."""
    say = "UPDATE scip.account SET person_id = {} WHERE label = 'Matrix member'"
    if request.node.callspec.params["cell"].endswith("#self"):
        cluster.psql(say.format(f"'{records['person']}'"), "scip_migrator")
        yield
        cluster.psql(say.format("NULL"), "scip_migrator")
    elif request.node.callspec.params["cell"] == "POST /v1/hubs/{slug}/terms-of-reference":  # there is one draft at a time
        row = cluster.psql(f"DELETE FROM scip.terms_of_reference WHERE id = '{records['terms']}' RETURNING hub_id", "scip_migrator")
        yield
        cluster.psql(f"INSERT INTO scip.terms_of_reference (id, hub_id) VALUES ('{records['terms']}', {row})", "scip_migrator")
    else:
        yield


@pytest.mark.parametrize("cell", CELLS)
def test_cell(cluster, server, contract, records, myself, cell):
    assert list(judge(cluster, server, contract, records, cell)) == []


# Each quarter and year is one there.
EVERY = {"PUT /v1/hubs/{slug}/quarterly-updates/{quarter}/extension", "GET /v1/quarters/{quarter}", "GET /v1/network/evaluations/{year}/progress"}


def elsewhere(contract, operation, cell, path):
    """The address with one of its parts after the other that is nowhere; but for the last one where each value is one, or a new record."""
    method, template = re.split("[ #]", cell)[:2]
    parameters = {each["name"]: each for each in (resolve(contract, each) for each in operation.get("parameters", []))}
    places = [number for number, part in enumerate(template.split("/")) if part[:1] == "{" and "enum" not in resolve(contract, parameters[part[1:-1]]["schema"])]
    for number in places[:-1] if method == "PUT" and template.endswith("}") or f"{method} {template}" in EVERY else places:
        parts = path.split("/")
        yield "/".join([*parts[:number], nowhere(contract, parameters[template.split("/")[number][1:-1]]), *parts[number + 1:]])


def judge_further(cluster, server, contract, records, cell):
    """What is wrong with an operation where its record is as it is known (304), another by now (412) or nowhere (404), where a range is or is not
    of the file (206, 416): dry runs of one who may. And where the key is of a request that goes on (409) or was another (422): a dry run has none."""
    method, template, *_ = re.split("[ #]", cell)
    operation, path, content_type, body = request_of(server, contract, records, cell)
    who = CALLERS[next(caller for caller, outcome in CELLS[cell].items() if outcome == "yes")]
    token, said = who and cluster.token(server, **who), operation["responses"]
    names = {resolve(contract, each)["name"] for each in operation.get("parameters", [])}
    dry, reason = method != "GET" and "dry_run=true", "reason" in names and "reason=Matrix"
    any_version = {first.replace("-", "_"): "*" for first in sorted({"If-Match", "If-None-Match"} & names)[:1] if dry}
    asked = []

    def ask(path, *query, **headers):
        given = {"key": "matrix" if "Idempotency-Key" in names else None, "Content_Type": content_type, **headers}
        return server.send(method, path + "?" * any(query) + "&".join(filter(None, query)), body, token, **given)

    if "304" in said:
        asked.append((ask(path, If_None_Match=ask(path).headers["ETag"]), 304))
    if "206" in said:
        asked += [(ask(path, Range="bytes=0-0"), 206), (ask(path, Range="bytes=9999-"), 416)]
    if "If-Match" in names or "206" in said:
        asked.append((ask(path, dry, reason, If_Match='"2000000"'), 412))
    for other in elsewhere(contract, operation, cell, path) if "404" in said else ():
        asked.append((ask(other, dry, reason, **any_version), 404))
    if "Idempotency-Key" in names:
        with harness.claimed(cluster, operation["operationId"], "matrix-claimed"):
            asked.append((ask(path, reason, key="matrix-claimed", **any_version), 409))
        cluster.psql("INSERT INTO scip.idempotency (account_id, operation, key, hash, rights, status) SELECT id, '%s', 'matrix-other', '', '', 200 FROM scip.account"
                     % operation["operationId"])
        asked.append((ask(path, reason, key="matrix-other", **any_version), 422))
    return [f"{cell}: {answer.status} instead of {status}: {answer.text[:300]}" for answer, status in asked if answer.status != status]


def test_conditions(cluster, server, contract, records):
    """Of every operation, by the first of its cells in which somebody may."""
    cells = {}
    for cell in CELLS:
        if "yes" in CELLS[cell].values():
            cells.setdefault(cell.split("#")[0], cell)
    wrong = [line for cell in cells.values() for line in judge_further(cluster, server, contract, records, cell)]
    cluster.psql("DELETE FROM scip.idempotency WHERE key = 'matrix-other'")
    assert cells.keys() | ELSEWHERE == OPERATIONS and wrong == [], "\n".join(wrong)


def test_faults_of_a_query_are_400(cluster, server, contract, records):
    """A period that is none is a fault of the query: not a rule of the records, and not an empty list. A name that is not known (of a strategy,
    of the period that is printed with a figure) lists nothing, as an unknown Hub does."""
    central, asked = cluster.token(server, "central"), []
    for template, method, operation in harness.operations(contract):
        for parameter in (resolve(contract, each) for each in operation.get("parameters", ())):
            if method != "GET" or parameter["in"] != "query" or parameter["name"] not in ("period", "quarter") or not resolve(contract, parameter["schema"]).get("pattern"):
                continue
            path = address(server, records, method, template)
            for value in ("2024-26", "2024-25-Q5", "2024-13", "so%20on"):
                answer = server.send(method, f"{path}?{parameter['name']}={value}", token=central if operation["security"] else None)
                asked.append((answer.status, template, value))
    assert len(asked) > 50 and [each for each in asked if each[0] != 400] == []


def granted(contract):
    """{(operation, role)} as the contract has it."""
    return {(f"{method} {template}", role) for template, method, operation in harness.operations(contract)
            for option in operation["security"] for role in option.get("bearer", [])}


def ruled():
    rows = [line.split() for line in filter(None, RULED.splitlines())]
    return {(f"{method} {path}", role) for method, *words in rows for path in words if path[0] == "/" for role in words if role[0] != "/"}


def left_out(contract, seen):
    """What is granted and nobody has seen to succeed, and what the table has as refused and is not."""
    here = {(cell, role) for cell, role in granted(contract) if cell not in ELSEWHERE}
    return sorted(here - seen - ruled()) + sorted(ruled() - (here - seen))


def test_each_right_is_seen_to_succeed(contract, request):
    """By the cells above: each operation that the contract grants to a role, with a request that is not refused."""
    ran = {item.callspec.params["cell"] for item in request.session.items if getattr(item, "originalname", None) == "test_cell"}
    missing = {cell.split("#")[0] for cell in set(CELLS) - ran}  # of what was not asked nothing is known
    assert [pair for pair in left_out(contract, SEEN) if pair[0] not in missing] == []


def test_a_right_that_is_left_out_is_found(contract):
    more = json.loads(json.dumps(contract))
    more["paths"]["/v1/privacy/breaches"]["get"]["security"].append({"bearer": ["analyst"]})
    every = granted(contract) - ruled()
    assert left_out(contract, every) == []
    assert left_out(more, every) == [("GET /v1/privacy/breaches", "analyst")]
    assert left_out(contract, every - {("PATCH /v1/meetings/{id}", "group_member")}) == [("PATCH /v1/meetings/{id}", "group_member")]
    assert left_out(contract, every | {min(ruled())}) == [min(ruled())]


@pytest.mark.parametrize("cell, mistake, repair, found", [
    ("GET /v1/hubs/{slug}/pathway", "CREATE POLICY planted ON scip.hub_pathway FOR SELECT TO scip_writer USING (true)",
     "DROP POLICY planted ON scip.hub_pathway", "lead_other application/json: 200 instead of 404"),
    ("GET /v1/hub-applications", "ALTER TABLE scip.hub_application DISABLE ROW LEVEL SECURITY",
     "ALTER TABLE scip.hub_application ENABLE ROW LEVEL SECURITY", "partner_other application/json: 200 instead of empty"),
    ("GET /v1/hub-applications/{id}", "ALTER VIEW scip.hub_applications RESET (security_invoker); ALTER TABLE scip.hub_application NO FORCE ROW LEVEL SECURITY",
     "ALTER VIEW scip.hub_applications SET (security_invoker); ALTER TABLE scip.hub_application FORCE ROW LEVEL SECURITY",
     "group_other application/json: 200 instead of 404"),
    ("PATCH /v1/organisations/{slug}/profile", "CREATE POLICY planted ON scip.organisation FOR UPDATE TO scip_writer USING (true)",
     "DROP POLICY planted ON scip.organisation", "partner_other : 200 instead of 403"),
    ("PATCH /v1/hubs/{slug}/profile", "ALTER POLICY change ON scip.hub USING (false)",
     "ALTER POLICY change ON scip.hub USING (id = ANY ((SELECT ctx.hubs_led())::bigint[]))", "lead : 403 instead of yes")])
def test_planted_mistakes_are_found(cluster, server, contract, records, cell, mistake, repair, found):
    assert list(judge(cluster, server, contract, records, cell)) == []
    cluster.psql(mistake, "scip_migrator")
    try:
        assert any(found in wrong for wrong in judge(cluster, server, contract, records, cell))
    finally:
        cluster.psql(repair, "scip_migrator")
    assert list(judge(cluster, server, contract, records, cell)) == []
