-- Pages and data may be fetched. Not what is counted (files, visits), searches, or one list in a hundred orders.
SELECT concat('User-agent: *', E'\n', 'Allow: /', E'\n', 'Disallow: /oauth/', E'\n', 'Disallow: /v1/library/', E'\n',
       'Disallow: /v1/*/files/', E'\n',
  'Disallow: /v1/*/visit', E'\n', 'Disallow: /v1/*?', E'\n\n', 'Sitemap: ', rtrim(:address, '/'), '/sitemap.xml', E'\n') AS _body
