-- RFC 9116. It is made for each request, so it never expires: half a year to seven months from now.
SELECT concat('Contact: ', coalesce(CASE WHEN :contact ~ '^(https|mailto|tel):\S+$' THEN :contact END, rtrim(:address, '/') || '/#contact'),
       E'\n',
  'Expires: ', to_char(date_trunc('month', now() AT TIME ZONE 'UTC') + interval '7 months', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), E'\n',
  'Preferred-Languages: en, cy', E'\n', 'Canonical: ', rtrim(:address, '/'), '/.well-known/security.txt', E'\n') AS _body
