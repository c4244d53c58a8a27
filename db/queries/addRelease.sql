-- What is told of each metric is decided within.
SELECT '/v1/releases/' || scip.make_release(:period, :note, :new_id) AS _location
