SELECT '/v1/people/' || scip.add_person(:new_id, :name, :email) AS _location
