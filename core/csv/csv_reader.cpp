#include "csv/csv_reader.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <utility>

namespace databased::detail {

namespace {

constexpr std::size_t largest_field = std::size_t{1024} * 1024 * 1024;
constexpr std::size_t largest_kept = std::size_t{1024} * 1024;

}  // namespace

// Lines

void CsvLines::end(End end) {
    if (end_ == End::unknown) end_ = end;
    if (end != end_) {
        throw ParameterError("line " + std::to_string(now_) +
                             " does not end as the lines before it do (line feed, carriage return, or both): put a "
                             "field in quotes that has an end of a line in it");
    }
    ++now_;
}

void CsvLines::count(std::string_view text) noexcept {
    const char end = end_ == End::carriage_return ? '\r' : '\n';
    now_ += static_cast<std::size_t>(std::count(text.begin(), text.end(), end));
}

// A field

void CsvField::begin() noexcept {
    pieces_.clear();
    if (pieces_.capacity() > largest_kept) pieces_ = {};
    first_quote_ = nowhere;
}

void CsvField::add(std::string_view piece) {
    if (pieces_.size() + piece.size() > largest_field) {
        const bool is_quoted = first_quote_ != nowhere;
        throw ParameterError(
            "a field is longer than a gigabyte" +
            (is_quoted ? ": the quote of line " + std::to_string(line_of_quote_) + " is not closed" : std::string{}));
    }
    pieces_ += piece;
}

void CsvField::quote(std::size_t line) noexcept {
    if (first_quote_ == nowhere) first_quote_ = pieces_.size();
    line_of_quote_ = line;
}

void CsvField::end(std::string_view last_piece, std::string_view null_text) {
    text_ = last_piece;
    if (!pieces_.empty()) {
        add(last_piece);
        text_ = pieces_;
    }
    is_null_ = first_quote_ == nowhere && text_ == null_text;
}

void CsvField::drop_byte_order_mark(std::string_view null_text) noexcept {
    if (!text_.starts_with(byte_order_mark) || first_quote_ == 0) return;
    text_.remove_prefix(byte_order_mark.size());
    is_null_ = first_quote_ == nowhere && text_ == null_text;
}

// Records

CsvReader::CsvReader(CsvFormat format) : format_(std::move(format)) {
    check_format(format_);
    special_ = special_characters(format_);
}

void CsvReader::feed(std::string_view part) noexcept {
    part_ = part;
    place_ = 0;
}

CsvReader::Step CsvReader::next() {
    Step step{};
    while (true) {
        switch (state_) {
            case State::begin_of_record:
                if (!has_more()) return is_finished_ ? Step::end : Step::more;
                begin_record();
                break;
            case State::begin_of_field:
                field_.begin();
                state_ = State::plain;
                break;
            case State::plain:
                if (read_plain(step)) return step;
                break;
            case State::quoted:
                if (!read_quoted()) return Step::more;
                break;
            case State::maybe_closed:
                if (!has_more() && !is_finished_) return Step::more;
                state_ = State::plain;
                if (has_more() && part_[place_] == format_.quote) {
                    field_.add(part_.substr(place_++, 1));
                    state_ = State::quoted;
                }
                break;
            case State::end_of_line:
                return end_record(CsvLines::End::feed);
            case State::after_return:
                if (!has_more() && !is_finished_) return Step::more;
                if (!has_more() || part_[place_] != '\n') return end_record(CsvLines::End::carriage_return);
                ++place_;
                return end_record(CsvLines::End::both);
            case State::end_of_file:
                state_ = State::begin_of_record;
                return Step::end_of_record;
        }
    }
}

void CsvReader::begin_record() {
    line_of_record_ = lines_.now();
    field_.begin();
    state_ = State::plain;
}

/// True where next() has something to say.
bool CsvReader::read_plain(Step& step) {
    const std::size_t end = special_.find(part_, place_);
    if (end == part_.size()) {
        if (is_finished_) {
            step = end_field(end, State::end_of_file);
        } else {
            field_.add(part_.substr(place_));
            place_ = end;
            step = Step::more;
        }
        return true;
    }
    const char character = part_[end];
    if (character == format_.quote) {
        field_.add(part_.substr(place_, end - place_));
        field_.quote(lines_.now());
        place_ = end + 1;
        state_ = State::quoted;
        return false;
    }
    const State line_end = character == '\n' ? State::end_of_line : State::after_return;
    step = end_field(end, character == format_.delimiter ? State::begin_of_field : line_end);
    return true;
}

/// False where there is nothing more to read.
bool CsvReader::read_quoted() {
    const std::size_t end = std::min(part_.find(format_.quote, place_), part_.size());
    const auto piece = part_.substr(place_, end - place_);
    lines_.count(piece);
    field_.add(piece);
    place_ = end;
    if (has_more()) {
        ++place_;
        state_ = State::maybe_closed;
        return true;
    }
    if (!is_finished_) return false;
    throw ParameterError("the quote that is opened in line " + std::to_string(field_.line_of_quote()) +
                         " is not closed");
}

CsvReader::Step CsvReader::end_field(std::size_t end, State next) {
    field_.end(part_.substr(place_, end - place_), format_.null_text);
    if (std::exchange(is_first_, false)) field_.drop_byte_order_mark(format_.null_text);
    place_ = std::min(end + 1, part_.size());
    state_ = next;
    return Step::field;
}

CsvReader::Step CsvReader::end_record(CsvLines::End end) {
    lines_.end(end);
    state_ = State::begin_of_record;
    return Step::end_of_record;
}

}  // namespace databased::detail
