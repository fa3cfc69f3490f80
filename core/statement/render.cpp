#include "statement/render.hpp"

#include "statement/tokenizer.hpp"

#include <databased/error.hpp>

#include <utility>

namespace databased::detail {

namespace {

/// Copies the source up to each replaced piece, then what takes its place.
class Writer {
  public:
    Writer(std::string_view source, const Dialect& dialect) : source_(source), dialect_(dialect) {
        text_.reserve(source.size() + source.size() / 8 + 16);
    }

    void replace(const Mark& mark, std::span<const BoundParameter> parameters) {
        switch (mark.replacement) {
            case Replacement::parameter:
                return replace_parameter(mark, parameters[mark.parameter]);
            case Replacement::question_mark:
                return replace_with("?", mark.begin, mark.end);
            case Replacement::colon:
                return replace_with(":", mark.begin, mark.end);
        }
    }

    std::string finish() {
        text_ += source_.substr(copied_);
        return std::move(text_);
    }

  private:
    void replace_parameter(const Mark& mark, const BoundParameter& bound) {
        if (bound.count == 0) return replace_empty_list(mark);
        copy_until(mark.begin);
        if (!text_.empty() && is_name_part(text_.back())) text_ += ' ';  // LIMIT? must not become LIMIT$1
        for (std::size_t index = 0; index < bound.count; ++index) {
            if (index > 0) text_ += ", ";
            dialect_.placeholder(text_, bound.first + index);
        }
        copied_ = mark.end;
        if (copied_ < source_.size() && is_name_part(source_[copied_])) text_ += ' ';
    }

    void replace_empty_list(const Mark& mark) {
        if (!mark.in_list) {
            throw ParameterError("an empty list can only stand alone in IN (?) or NOT IN (?); leave the condition out");
        }
        replace_with(dialect_.in_empty_list(mark.in_list->negated), mark.in_list->begin, mark.in_list->end);
    }

    void replace_with(std::string_view replacement, std::size_t begin, std::size_t end) {
        copy_until(begin);
        text_ += replacement;
        copied_ = end;
    }

    void copy_until(std::size_t position) { text_ += source_.substr(copied_, position - copied_); }

    std::string_view source_;
    const Dialect& dialect_;
    std::string text_;
    std::size_t copied_ = 0;
};

}  // namespace

std::string render(std::string_view source, const Dialect& dialect, std::span<const Mark> marks,
                   std::span<const BoundParameter> parameters) {
    Writer writer{source, dialect};
    for (const Mark& mark : marks) writer.replace(mark, parameters);
    return writer.finish();
}

}  // namespace databased::detail
