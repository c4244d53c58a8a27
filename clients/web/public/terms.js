/* Written by script/words of db/terms. */

/** @type {Record<string, string>} */
export const terms = {
  "GB-ENG": "England",
  "GB-NIR": "Northern Ireland",
  "GB-SCT": "Scotland",
  "GB-WLS": "Wales",
  "he": "Higher education",
  "fe": "Further education",
  "unknown": "Not known",
  "further": "Further education",
  "higher": "Higher education",
  "pdf": "PDF",
  "word_processing": "Word-processing document",
  "csv": "CSV",
  "text": "Plain text",
  "creative_forces": "Creative Forces",
  "festival_of_friends": "Festival of Friends",
  "roundtable": "Round table",
  "inaugural": "Inaugural meeting",
  "ordinary": "Ordinary meeting",
  "self_assessment_tool": "Self-assessment tool",
  "partner_press": "Partners' press",
  "guidance_contribution": "Contribution to guidance",
  "inquiry_evidence": "Evidence to an inquiry"
}
export const nations = [
  "GB-ENG",
  "GB-NIR",
  "GB-SCT",
  "GB-WLS"
]
