#include "query/query_cache.hpp"

#include "query/written_text.hpp"

#include <utility>

namespace databased::detail {

const KnownQuery& QueryCache::find(const Shape& shape, const RowsShape& rows) {
    if (rows.rows > 1) {
        Shape with_rows = shape;
        with_rows.op(Op::end).number(rows.rows);
        if (const KnownQuery* known = queries_.find(with_rows.instructions())) return *known;
    } else if (const KnownQuery* known = queries_.find(shape.instructions())) {
        return *known;
    }
    large_ = write(shape, rows);
    if (large_.instructions.size() + large_.text->text.size() > longest_kept) return large_;
    const std::string key = large_.instructions;
    queries_.keep(std::move(large_));
    return *queries_.find(key);
}

KnownQuery QueryCache::write(const Shape& shape, const RowsShape& rows) const {
    KnownQuery query;
    query.instructions = shape.instructions();
    query.written = write_query(query.instructions, shape.values().size(), rows, dialect_);
    if (rows.rows > 1) query.instructions = Shape{shape}.op(Op::end).number(rows.rows).instructions();
    query.text = make_text(query.written.text, dialect_, query.written.parameter_count,
                           query.written.locks_rows ? RowLocks::taken : RowLocks::none);
    query.written.text.clear();
    return query;
}

}  // namespace databased::detail
