-- Others than the person and the central team find nobody.
SELECT held -> 'person' AS person, held -> 'memberships' AS memberships, held -> 'seats' AS seats,
       held -> 'lead_roles' AS lead_roles, held -> 'attendance' AS attendance, held -> 'actions' AS actions,
       held -> 'activities' AS activities, held -> 'bookings' AS bookings, held -> 'consents' AS consents,
       held -> 'objections' AS objections, held -> 'merges' AS merges, held -> 'accounts' AS accounts, held -> 'reads' AS reads
FROM scip.held_about(:id) held
WHERE held IS NOT NULL
