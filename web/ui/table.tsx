import type { ReactNode } from 'react'
import { useReader } from '../i18n/locale.tsx'
import { Button } from './button.tsx'
import { cx } from './classes.ts'

export interface ColumnOf<Row> {
  id: string
  title: string
  cell: (row: Row) => ReactNode
  /** Numbers read in columns: they end together and have equal widths. */
  isNumeric?: boolean
  /** Left out of the header for the eye, for columns of buttons. */
  isTitleHidden?: boolean
  className?: string
}

export interface TableProps<Row> {
  /** What the table is, for people who cannot see its surroundings. */
  label: string
  columns: readonly ColumnOf<Row>[]
  rows: readonly Row[]
  keyOf: (row: Row) => string
  more?: LoadMoreProps
  onRowPress?: (row: Row) => void
}

/**
 * A plain HTML table on a desk and a list of labelled cards below 768 px, where columns would be too narrow to read. The first column
 * names the row and becomes its header. It is native HTML rather than a grid widget: rows are read, not edited.
 */
export function Table<Row>({ label, columns, rows, keyOf, more, onRowPress }: TableProps<Row>) {
  return (
    <div>
      <div
        className="overflow-x-auto rounded-xl border border-line bg-surface shadow-card"
        tabIndex={0}
        role="region"
        aria-label={label}
      >
        <table className="w-full border-collapse text-start text-base max-md:block">
          <thead className="max-md:sr-only">
            <tr className="border-b border-line">
              {columns.map(column => (
                <th
                  key={column.id}
                  scope="col"
                  className={cx(
                    'px-4 py-3 text-xs font-[600] whitespace-nowrap text-ink-faint',
                    column.isNumeric ? 'text-end' : 'text-start',
                  )}
                >
                  <span className={column.isTitleHidden ? 'sr-only' : ''}>{column.title}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="max-md:block">
            {rows.map(row => (
              <TableRow key={keyOf(row)} row={row} columns={columns} onRowPress={onRowPress} />
            ))}
          </tbody>
        </table>
      </div>
      {more && <LoadMore {...more} />}
    </div>
  )
}

function TableRow<Row>({
  row,
  columns,
  onRowPress,
}: {
  row: Row
  columns: readonly ColumnOf<Row>[]
  onRowPress: ((row: Row) => void) | undefined
}) {
  return (
    <tr
      className={cx(
        'border-b border-line last:border-b-0 max-md:block max-md:px-4 max-md:py-3',
        onRowPress && 'cursor-pointer hover:bg-sunken/60',
      )}
      onClick={onRowPress && (() => onRowPress(row))}
    >
      {columns.map((column, index) => {
        const className = cx(
          'px-4 py-3 align-middle max-md:flex max-md:items-baseline max-md:justify-between max-md:gap-4 max-md:p-0 max-md:py-1',
          column.isNumeric ? 'text-end tabular whitespace-nowrap' : 'text-start',
          index === 0 && 'font-[560]',
          column.className,
        )
        const content = (
          <>
            {index > 0 && !column.isTitleHidden && (
              <span className="text-sm text-ink-faint md:hidden" aria-hidden="true">
                {column.title}
              </span>
            )}
            <span className="min-w-0 max-md:text-end max-md:first:text-start">{column.cell(row)}</span>
          </>
        )
        return index === 0 ? (
          <th key={column.id} scope="row" className={className}>
            {content}
          </th>
        ) : (
          <td key={column.id} className={className}>
            {content}
          </td>
        )
      })}
    </tr>
  )
}

export interface LoadMoreProps {
  hasMore: boolean
  isLoading: boolean
  onMore: () => void
}

/** Lists page by keyset, so there is no page 7 to jump to: there is "more". */
export function LoadMore({ hasMore, isLoading, onMore }: LoadMoreProps) {
  const { t } = useReader()
  if (!hasMore) return null
  return (
    <div className="flex justify-center pt-4">
      <Button tone="quiet" onPress={onMore} isPending={isLoading}>
        {t('action.loadMore')}
      </Button>
    </div>
  )
}
