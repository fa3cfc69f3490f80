// INSERT, UPDATE, DELETE, and what holds a statement together.
#include "query/query_check.hpp"
#include "query/query_writer.hpp"

#include <databased/error.hpp>

#include <algorithm>

namespace databased::detail {

namespace {

/// Whether it is put together of no condition at all.
bool is_empty(const Node& condition) {
    if (condition.op != Op::all_of && condition.op != Op::logical_and) return false;
    return std::all_of(condition.children.begin(), condition.children.end(), is_empty);
}

}  // namespace

void QueryWriter::write(const StatementTree& statement) {
    switch (statement.verb) {
        case Op::select:
            write_query(statement);
            break;
        case Op::insert:
            write_insert(statement);
            break;
        case Op::update:
            write_update(statement);
            break;
        default:
            write_delete(statement);
    }
}

void QueryWriter::number_anew(const std::vector<bool>& is_used) {
    std::size_t number = 0;
    for (std::size_t i = 0; i < is_used.size(); ++i) {
        if (!is_used[i]) continue;
        numbers_[i] = ++number;
        written_.order.push_back(static_cast<std::uint32_t>(i));
    }
}

WrittenQuery QueryWriter::finish() && {
    std::string with;
    for (const CommonQuery& common : common_) {
        with += with.empty() ? (has_recursion_ ? "WITH RECURSIVE " : "WITH ") : ", ";
        with += common.text;
    }
    written_.text = with.empty() ? std::move(text_) : with + ' ' + text_;
    const auto used = static_cast<std::size_t>(std::count(is_used_.begin(), is_used_.end(), true));
    written_.parameter_count = rows_.rows * rows_.width + used;
    return std::move(written_);
}

// INSERT

void QueryWriter::write_insert(const StatementTree& statement) {
    text_ += "INSERT INTO ";
    write_table(*statement.target);
    const bool has_columns = !statement.insert_columns.empty();
    if (has_columns) {
        text_ += " (";
        write_names(statement.insert_columns);
        text_ += ')';
    }
    if (statement.insert_query) {
        write_inserted_query(statement);
    } else if (statement.default_values || !has_columns) {
        if (rows_.rows > 1)
            throw NotSupportedError("several rows without any columns cannot be inserted in one statement");
        text_ += " DEFAULT VALUES";
    } else {
        write_inserted_rows(statement);
    }
    if (statement.conflict) write_conflict(statement);
    if (!statement.where.empty() && (!statement.conflict || !statement.conflict->updates)) {
        throw UsageError("where() of an INSERT is about on_conflict(...).do_update(...)");
    }
    write_returning(statement);
}

void QueryWriter::write_inserted_rows(const StatementTree& statement) {
    text_ += " VALUES (";
    if (!statement.insert_values.empty()) {
        for (const Node& node : statement.insert_values) {
            if (&node != statement.insert_values.data()) text_ += ", ";
            write_beside(node, loose);
        }
    } else {
        for (std::size_t i = 0; i < rows_.rows * rows_.width; ++i) {
            if (i > 0) text_ += i % rows_.width == 0 ? "), (" : ", ";
            write_placeholder(i + 1);
        }
    }
    text_ += ')';
}

void QueryWriter::write_inserted_query(const StatementTree& statement) {
    const StatementTree* first = statement.insert_query.get();
    while (first->compound) first = &first->parts[0];
    if (first->items.size() != statement.insert_columns.size()) {
        throw UsageError("an INSERT into " + std::to_string(statement.insert_columns.size()) +
                         " columns is from a query with " + std::to_string(first->items.size()));
    }
    // Behind a query SQLite takes ON for that of a join, but not behind its WHERE.
    const bool is_wrapped = statement.conflict && sqlite();
    text_ += is_wrapped ? " SELECT * FROM (" : " ";
    write_query(*statement.insert_query);
    if (is_wrapped) text_ += ") WHERE TRUE";
}

void QueryWriter::write_conflict(const StatementTree& statement) {
    const ConflictTree& conflict = *statement.conflict;
    text_ += " ON CONFLICT";
    if (!conflict.columns.empty()) {
        text_ += " (";
        write_names(conflict.columns);
        text_ += ')';
    }
    if (!conflict.updates) {
        text_ += " DO NOTHING";
        return;
    }
    if (conflict.columns.empty()) {
        throw UsageError("on_conflict() needs the members of a key for do_update(); without, it can only do_nothing()");
    }
    text_ += " DO UPDATE SET ";
    write_assignments(conflict.assignments);
    write_conditions(" WHERE ", statement.where);
}

void QueryWriter::write_assignments(const std::vector<AssignmentTree>& assignments) {
    for (const AssignmentTree& assignment : assignments) {
        if (&assignment != assignments.data()) text_ += ", ";
        write_name(assignment.column);
        text_ += " = ";
        if (assignment.value) {
            write_beside(*assignment.value, loose);
        } else {
            text_ += "\"excluded\".";
            write_name(assignment.column);
        }
    }
}

// UPDATE and DELETE

void QueryWriter::write_update(const StatementTree& statement) {
    if (statement.assignments.empty()) throw UsageError("update() has no set()");
    text_ += "UPDATE ";
    write_table(*statement.target);
    text_ += " SET ";
    write_assignments(statement.assignments);
    write_sources(" FROM ", statement.sources);
    write_changed_rows(statement);
}

void QueryWriter::write_delete(const StatementTree& statement) {
    text_ += "DELETE FROM ";
    write_table(*statement.target);
    write_changed_rows(statement);
}

void QueryWriter::write_changed_rows(const StatementTree& statement) {
    if (!statement.all_rows && std::all_of(statement.where.begin(), statement.where.end(), is_empty)) {
        throw UsageError("where() of an UPDATE or DELETE got no condition; write all_rows() if all rows are meant");
    }
    write_conditions(" WHERE ", statement.where);
    write_returning(statement);
}

void QueryWriter::write_returning(const StatementTree& statement) {
    if (statement.items.empty()) return;
    text_ += " RETURNING ";
    write_items(statement, {});
}

WrittenQuery write_query(std::string_view instructions, std::size_t values, const RowsShape& rows,
                         const SqlDialect& dialect, const std::vector<std::uint32_t>& equal) {
    require_known_flavour(dialect);
    StatementTree statement = read_statement(instructions);
    ComparedValues compared = check_query(statement, dialect, equal);
    WrittenQuery written = write_statement(statement, values, rows, dialect, equal);
    const bool are_needed = !is_sqlite(dialect) || !compared.refusal.empty();
    if (are_needed) written.compared = std::move(compared.places);
    written.refusal = std::move(compared.refusal);
    return written;
}

WrittenQuery write_statement(const StatementTree& statement, std::size_t values, const RowsShape& rows,
                             const SqlDialect& dialect, const std::vector<std::uint32_t>& equal) {
    QueryWriter writer{dialect, values, rows, equal};
    writer.write(statement);
    const auto is_used = writer.is_used();
    const bool all_are_used = std::all_of(is_used.begin(), is_used.end(), [](bool used) { return used; });
    if (all_are_used) return std::move(writer).finish();
    QueryWriter again{dialect, values, rows, equal};
    again.number_anew(is_used);
    again.write(statement);
    return std::move(again).finish();
}

std::string write_declared(const Shape& expression, const TableDefinition& table, const SqlDialect& dialect) {
    QueryWriter writer{dialect, table, expression.values()};
    writer.write_expression(read_expression(expression.instructions()));
    return std::move(writer).finish().text;
}

}  // namespace databased::detail
