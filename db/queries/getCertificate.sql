SELECT code, course, held_on, true AS valid, '/v1/certificates/' || code AS href FROM scip.certificate(:code)
