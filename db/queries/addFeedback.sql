-- Once, by the token of the link.
SELECT rating, principles, given_at FROM scip.give_feedback(:body)
