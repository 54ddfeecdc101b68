/** The id of the field that looks for clinics: `/` leads there from any page. */
export const SEARCH = "procurar-clinica";
