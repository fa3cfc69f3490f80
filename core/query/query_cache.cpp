#include "query/query_cache.hpp"

#include "query/equal_values.hpp"
#include "query/written_text.hpp"

#include <databased/error.hpp>

#include <utility>

namespace databased::detail {

namespace {

/// Instructions with what else the text of a query depends on.
std::string key_of(const Shape& shape, const RowsShape& rows, const std::vector<std::uint32_t>& equal) {
    if (rows.rows <= 1 && equal.empty()) return std::string{shape.instructions()};
    Shape key{shape.instructions()};
    key.op(Op::end).number(rows.rows);
    for (const std::uint32_t place : equal) key.number(place);
    return std::string{key.instructions()};
}

}  // namespace

const KnownQuery& QueryCache::find(const Shape& shape, const RowsShape& rows) {
    const KnownQuery& known = find_by_values(shape, rows);
    if (!known.written.refusal.empty()) throw UsageError(known.written.refusal);
    return known;
}

const KnownQuery& QueryCache::find_by_values(const Shape& shape, const RowsShape& rows) {
    const KnownQuery* known = rows.rows > 1 ? nullptr : queries_.find(shape.instructions());
    if (known == nullptr) known = &find(key_of(shape, rows, {}), shape, rows, {});
    if (known->written.compared.empty()) return *known;
    const auto equal = equal_values(shape.values(), known->written.compared);
    return equal.empty() ? *known : find(key_of(shape, rows, equal), shape, rows, equal);
}

const KnownQuery& QueryCache::find(std::string key, const Shape& shape, const RowsShape& rows,
                                   const std::vector<std::uint32_t>& equal) {
    if (const KnownQuery* known = queries_.find(key)) return *known;
    KnownQuery query = write(std::move(key), shape, rows, equal);
    if (query.instructions.size() + query.text->text.size() > longest_kept) return large_ = std::move(query);
    const std::string copy = query.instructions;
    queries_.keep(std::move(query));
    return *queries_.find(copy);
}

KnownQuery QueryCache::write(std::string key, const Shape& shape, const RowsShape& rows,
                             const std::vector<std::uint32_t>& equal) const {
    KnownQuery query;
    query.instructions = std::move(key);
    query.written = write_query(shape.instructions(), shape.values().size(), rows, dialect_, equal);
    query.text = make_text(query.written.text, dialect_, query.written.parameter_count,
                           query.written.locks_rows ? RowLocks::taken : RowLocks::none);
    query.written.text.clear();
    return query;
}

}  // namespace databased::detail
