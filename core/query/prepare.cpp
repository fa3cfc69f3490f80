// From a shape to a statement: the text is looked up, the values are brought into its order.
#include "query/equal_values.hpp"
#include "query/pattern.hpp"
#include "query/query_cache.hpp"

#include <databased/error.hpp>
#include <databased/query/query.hpp>
#include <databased/statement.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace databased {

namespace detail {

namespace {

QueryCache& cache_of(const Dialect& dialect) {
    thread_local std::vector<std::unique_ptr<QueryCache>> caches;
    for (const auto& cache : caches) {
        if (&cache->dialect() == &dialect) return *cache;
    }
    return *caches.emplace_back(std::make_unique<QueryCache>(dialect));
}

void check_equal(const ParameterBuffer& values, const std::vector<EqualValues>& spans) {
    for (const EqualValues& span : spans) {
        for (std::size_t i = 0; i < span.count; ++i) {
            if (are_equal(values[span.first + i], values[span.second + i])) continue;
            throw UsageError("two common queries with different values have the same name");
        }
    }
}

/// The values in the order of the text.
void arrange(ParameterBuffer& values, const WrittenQuery& written) {
    if (!written.equal.empty()) check_equal(values, written.equal);
    for (const GlobParameter& glob : written.globs) {
        const Cell pattern = values[glob.value];
        if (pattern.kind == ValueKind::text) values.set_text(glob.value, to_glob(pattern.text(), glob.escape));
    }
    if (!written.order.empty()) values.reorder(0, written.order);
}

RowsShape shape_of(const RowValues* rows) {
    if (rows == nullptr) return {};
    const bool are_in_text = rows->form == RowValues::Form::one_statement;
    return {are_in_text ? std::max<std::size_t>(rows->rows, 1) : 1, rows->width};
}

}  // namespace

Statement::Pointer prepare_query(const StatementRules& rules, Shape&& shape, RowValues* rows) {
    return Statement::of_query(rules, std::move(shape), rows);
}

Statement compile_query(const Dialect& dialect, Shape shape, RowValues rows) {
    const auto statement = Statement::of_query(StatementRules{.dialect = &dialect}, std::move(shape), &rows);
    statement->check();
    return *statement;
}

}  // namespace detail

Statement::Pointer Statement::of_query(const StatementRules& rules, detail::Shape&& shape, detail::RowValues* rows) {
    Pointer statement{new Statement};
    try {
        statement->take(rules, std::move(shape), rows);
    } catch (...) {
        statement->error_ = std::current_exception();
    }
    return statement;
}

void Statement::take(const StatementRules& rules, detail::Shape&& shape, detail::RowValues* rows) {
    const detail::KnownQuery& known = detail::cache_of(*rules.dialect).find(shape, detail::shape_of(rows));
    if (known.text->parameter_count > rules.max_parameters) {
        throw ParameterError("the statement would have " + std::to_string(known.text->parameter_count) +
                             " parameters, but the database takes at most " + std::to_string(rules.max_parameters) +
                             "; split it");
    }
    text_ = known.text;
    values_ = std::move(shape.values());
    detail::arrange(values_, known.written);
    if (rows != nullptr && rows->form != detail::RowValues::Form::none) take_rows(*rows, values_);
}

/// Each run has the values of its row, then those of the rest of the statement.
void Statement::take_rows(detail::RowValues& rows, const detail::ParameterBuffer& others) {
    const bool is_one = rows.form == detail::RowValues::Form::one_statement;
    detail::ParameterBuffer values;
    if (others.size() == 0) {
        values = std::move(rows.cells);
    } else if (is_one) {
        values = std::move(rows.cells);
        values.append(others);
    } else {
        for (std::size_t row = 0; row < rows.rows; ++row) {
            values.append(rows.cells, row * rows.width, (row + 1) * rows.width);
            values.append(others);
        }
    }
    values_ = std::move(values);
    runs_ = is_one ? std::min<std::size_t>(rows.rows, 1) : rows.rows;
    many_ = runs_ != 1;
}

Statement Statement::of_text(std::shared_ptr<const SqlText> text) {
    Statement statement;
    statement.text_ = std::move(text);
    return statement;
}

std::vector<Value> Statement::parameters(std::size_t run) const {
    std::vector<Value> values;
    if (run >= runs_) return values;
    for (std::size_t i = 0; i < text_->parameter_count; ++i) {
        const detail::Cell cell = parameter(i, run);
        values.push_back(detail::read_value(detail::FieldView{&cell, nullptr, 0}));
    }
    return values;
}

}  // namespace databased
