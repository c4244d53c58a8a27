/* What the elements call types by, those of the contract first; types.d.ts is written from it. Nothing of this is served. */
declare namespace Scip {
  type paths = import('./types').paths
  /** Lists whose records have names that metrics use as categories. */
  type NamePath = '/v1/documents' | '/v1/programmes' | '/v1/training/courses'
  type ListPath = '/v1/hubs' | '/v1/headline-figures' | '/v1/events' | '/v1/library/search' | '/v1/metrics' | '/v1/metrics/{code}/values' | '/v1/news' | '/v1/links' | NamePath
  type RecordPath = '/v1/news/{slug}'
  type Path = ListPath | RecordPath | '/v1/library/facets'

  type Body<P extends Path> = paths[P]['get']['responses'][200]['content']['application/json']
  type Item<P extends ListPath | RecordPath> = Body<P> extends { items: (infer One)[] } ? One : Body<P>
  /** The parameters of the query, and those that the path names. */
  type Query<P extends Path> = NonNullable<paths[P]['get']['parameters']['query']> &
    (paths[P]['get']['parameters'] extends { path: infer Named } ? Named : {})
  /** Records, since when they are known to hold (milliseconds), whether newer ones could not be had, and the cursor of the next page. */
  interface Answer<T> { items: T[], at: number, stale: boolean, next?: string | null | undefined }

  type Hub = Item<'/v1/hubs'>
  type Figure = Item<'/v1/headline-figures'>
  type Event = Item<'/v1/events'>
  type Post = Item<'/v1/news'>
  type Link = Item<'/v1/links'>
  type Found = Item<'/v1/library/search'>
  type Facets = Body<'/v1/library/facets'>['facets']
  type Metric = Item<'/v1/metrics'>
  type Cell = Item<'/v1/metrics/{code}/values'>
  type Words = typeof import('./public/words.js').en

  /** By what metrics are broken down. */
  type Side = 'hub' | 'nation' | 'category'
  type Period = Pick<Cell, 'period' | 'from' | 'to'>
  /** What records are called whose codes are categories: documents, courses, programmes. */
  type Names = Map<string, string>
  /** line: what is counted on a day, or of a whole. */
  interface Kind { by: Side[], share: boolean, line: boolean, title: string, names: Names }
  type Facet = keyof Words['facet']
  type State = 'loading' | 'ready' | 'empty' | 'error' | 'stale'
  type Attributes = Record<string, string | number | boolean | undefined>
  type Child = Node | string | undefined | null | false

  /** again: past the answers that the page and the browser keep. whole: it comes at once, without pages. first: the first page alone. */
  interface Options { again?: boolean, whole?: boolean, first?: boolean }
  type List = <P extends ListPath | RecordPath>(api: string, path: P, query: Query<P>, options?: Options) => Promise<Answer<Item<P>>>
  type Look = <P extends Path>(api: string, path: P, query: Query<P>, options?: Options) => Promise<Pick<Answer<never>, 'at' | 'stale'> & { body: Body<P> }>
}
