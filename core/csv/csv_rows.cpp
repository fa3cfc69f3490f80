#include "csv/csv_rows.hpp"

#include "csv/text_value.hpp"

#include <databased/error.hpp>

#include <utility>

namespace databased::detail {

using Step = CsvReader::Step;

Task<> CsvRows::feed() {
    std::string_view part;
    try {
        part = co_await source_.next();
    } catch (...) {
        failure_of_source_ = std::current_exception();
        throw;
    }
    if (part.empty()) {
        reader_.finish();
    } else {
        reader_.feed(part);
    }
}

Task<std::vector<std::string>> CsvRows::read_header() {
    std::vector<std::string> names;
    for (Step step = reader_.next(); step != Step::end && step != Step::end_of_record; step = reader_.next()) {
        if (step == Step::more) co_await feed();
        if (step == Step::field) names.emplace_back(reader_.field().text());
    }
    co_return names;
}

Task<> CsvRows::fill(BulkRows& out) {
    Step step = Step::more;
    while (step != Step::end && !(step == Step::end_of_record && out.is_full())) {
        step = next();
        if (step == Step::more) co_await feed();
        if (step == Step::field) add_field(out);
        if (step == Step::end_of_record) end_record(out);
    }
}

/// What breaks in its first field is in the line in which it begins.
CsvReader::Step CsvRows::next() {
    try {
        return reader_.next();
    } catch (const ParameterError&) {
        if (field_ == 0) lines_.add(records_, reader_.line());
        throw;
    }
}

void CsvRows::add_field(BulkRows& out) {
    if (field_ == 0) lines_.add(records_, reader_.line());
    const CsvField& field = reader_.field();
    if (field_ < columns_.size()) {
        const CsvColumn& column = columns_[field_];
        try {
            if (field.is_null()) {
                out.values.add(Cell::null());
            } else {
                add_text_value(out.values, field.text(), column.meaning);
            }
        } catch (const ParameterError& problem) {
            throw ParameterError("column " + column.name + ": " + problem.what());
        }
    }
    ++field_;
}

void CsvRows::end_record(BulkRows& out) {
    if (field_ != columns_.size()) {
        throw ParameterError("the record has " + std::to_string(field_) + " fields, for " +
                             std::to_string(columns_.size()) + " columns");
    }
    field_ = 0;
    ++records_;
    ++out.rows;
}

}  // namespace databased::detail
