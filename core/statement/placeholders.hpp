// The placeholders of a user's SQL, in whichever form it has them.
#pragma once

#include "statement/in_list_finder.hpp"
#include "statement/sql_parser.hpp"
#include "statement/tokenizer.hpp"

#include <cstdint>
#include <string_view>
#include <unordered_map>

namespace databased::detail {

/// Writes down what it finds in `into`, which outlives it as the text does. Throws ParameterError for forms that the
/// dialect does not take, and for mixed ones.
class Placeholders {
  public:
    Placeholders(std::string_view sql, const backend::Lexicon& lexicon, ParsedSql& into)
        : sql_(sql), lexicon_(lexicon), into_(into), in_lists_(sql) {}

    /// Each token of the statement, in order.
    void read(const Token& token);
    /// Behind the last one: how the parameters are counted.
    void settle();

  private:
    /// Whether the token is a parameter.
    bool add_mark(const Token& token);
    bool add_parameter(const Token& token, std::uint32_t parameter);
    bool add_replacement(const Token& token, Replacement replacement);
    bool add_question_mark(const Token& token);
    bool add_numbered(const Token& token);
    bool add_escaped_question_mark(const Token& token);
    std::uint32_t number_of_name(const Token& token);
    void set_style(ParameterStyle style, std::size_t parameter_count);
    void check_not_mixed() const;
    void leave_question_marks_alone();

    std::string_view sql_;
    backend::Lexicon lexicon_;
    ParsedSql& into_;
    InListFinder in_lists_;
    std::uint32_t question_marks_ = 0;
    std::uint32_t highest_ = 0;                                    // number of a $1
    std::unordered_map<std::string_view, std::uint32_t> numbers_;  // of the names
};

}  // namespace databased::detail
