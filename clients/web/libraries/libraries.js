/*! marked | (c) 2018-2026 MarkedJS, (c) 2011-2018 Christopher Jeffrey | MIT License | https://github.com/markedjs/marked/blob/master/LICENSE.md */
export { default as purify } from 'dompurify'
export { Marked } from 'marked'
