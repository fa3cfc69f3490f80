// CSV cut into fields.
#pragma once

#include "csv/csv_format.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace databased::detail {

/// Which line it is. Lines end alike: what else looks like an end belongs into quotes.
class CsvLines {
  public:
    enum class End : std::uint8_t { unknown, feed, both, carriage_return };

    std::size_t now() const noexcept { return now_; }
    /// Throws ParameterError if the lines before have ended otherwise.
    void end(End end);
    /// Of text in quotes.
    void count(std::string_view text) noexcept;

  private:
    std::size_t now_ = 1;
    End end_ = End::unknown;
};

/// A field that is read piece by piece.
class CsvField {
  public:
    void begin() noexcept;
    /// Throws ParameterError if it gets longer than any database takes.
    void add(std::string_view piece);
    /// What follows is in quotes.
    void quote(std::size_t line) noexcept;
    void end(std::string_view last_piece, std::string_view null_text);
    /// Of the first field of all.
    void drop_byte_order_mark(std::string_view null_text) noexcept;

    /// Valid as long as the last piece, until begin().
    std::string_view text() const noexcept { return text_; }
    bool is_null() const noexcept { return is_null_; }
    /// Where the last quote was opened.
    std::size_t line_of_quote() const noexcept { return line_of_quote_; }

  private:
    static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

    std::string pieces_;
    std::string_view text_;
    std::size_t first_quote_ = nowhere;
    std::size_t line_of_quote_ = 0;
    bool is_null_ = false;
};

/// Reads what comes in parts, which may end anywhere, as PostgreSQL's COPY does: quotes may begin within a field, and
/// an empty line is one field. A byte order mark at the beginning is passed over.
class CsvReader {
  public:
    /// Throws ParameterError for a format that is none.
    explicit CsvReader(CsvFormat format);

    /// Where next() asks for more. The part stays valid until it does again.
    void feed(std::string_view part) noexcept;
    /// There is no more.
    void finish() noexcept { is_finished_ = true; }

    enum class Step : std::uint8_t {
        field,
        end_of_record,  ///< Behind its last field.
        more,
        end,
    };
    /// Throws ParameterError for what is no CSV.
    Step next();

    /// Valid until the next step.
    const CsvField& field() const noexcept { return field_; }
    /// Where the record begins whose fields are read; from 1.
    std::size_t line() const noexcept { return line_of_record_; }

  private:
    enum class State : std::uint8_t {
        begin_of_record,
        begin_of_field,
        plain,         // outside of quotes
        quoted,        // inside
        maybe_closed,  // behind a quote inside of quotes
        end_of_line,   // behind the last field of a record
        after_return,  // the same, behind a carriage return
        end_of_file,   // the same, without an end of the line
    };

    bool has_more() const noexcept { return place_ < part_.size(); }
    Step end_field(std::size_t end, State next);
    Step end_record(CsvLines::End end);
    void begin_record();
    bool read_plain(Step& step);
    bool read_quoted();

    CsvFormat format_;
    CharacterSet special_;
    std::string_view part_;
    std::size_t place_ = 0;
    CsvField field_;
    CsvLines lines_;
    std::size_t line_of_record_ = 0;  // 0: there was none
    State state_ = State::begin_of_record;
    bool is_first_ = true;  // field of all
    bool is_finished_ = false;
};

}  // namespace databased::detail
