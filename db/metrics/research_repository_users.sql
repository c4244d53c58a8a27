-- Users of the research repository, distinct within each month. A month counts when it is over.
SELECT NULL, u.of_documents, NULL, (u.month + interval '1 month - 1 day')::date, NULL, NULL, NULL,
       CASE WHEN u.agent <> 'human' THEN u.agent
         WHEN u.month + interval '1 month' > least(scip.today(), (known_at AT TIME ZONE setting.zone())::date)
         THEN 'month that was not over' END, NULL
FROM scip.users_month u WHERE u.month BETWEEN first_day AND last_day
