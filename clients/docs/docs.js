/* Starts Swagger UI on the contract that this server serves. Nothing is asked of any other host:
 * validatorUrl would send the contract away to be checked. */
window.ui = SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
});
