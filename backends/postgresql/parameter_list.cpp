#include "parameter_list.hpp"

#include "values/encoders.hpp"

#include <databased/error.hpp>

#include <algorithm>

namespace databased::postgresql {

namespace {

[[noreturn]] void throw_for_parameter(const Statement& statement, std::size_t run, std::size_t index,
                                      const ParameterError& error) {
    const std::string item = statement.name_of_item(run);
    throw ParameterError(item + "parameter " + std::to_string(index + 1) + ": " + error.what());
}

}  // namespace

void ParameterList::fill(const Statement& statement, std::size_t run, ArrayTyping typing) {
    types_.clear();
    values_.clear();
    lengths_.clear();
    formats_.clear();
    begins_.clear();
    bytes_.clear();
    const std::size_t count = statement.text().parameter_count;
    for (std::size_t i = 0; i < count; ++i) {
        try {
            add(statement.parameter(i, run), typing);
        } catch (const ParameterError& error) {
            throw_for_parameter(statement, run, i, error);
        }
    }
    point_at_bytes();
}

void ParameterList::add(const detail::Cell& cell, ArrayTyping typing) {
    switch (cell.kind) {
        case ValueKind::null:
            return add_value(unknown_type, Format::text, {});
        case ValueKind::text:
        case ValueKind::json:
            check_text(cell.text());
            return add_value(unknown_type, Format::text, cell.text());
        case ValueKind::decimal:
            return add_value(numeric_type, Format::text, cell.text());
        case ValueKind::bytes:
        case ValueKind::uuid:
            return add_value(find_encoder(cell.kind)->type, Format::binary, cell.text());
        case ValueKind::array:
            return add_array(cell, typing);
        default:
            break;
    }
    const bool is_int4 = cell.kind == ValueKind::integer && fits_int4(cell.integer);
    const Encoder& encoder = is_int4 ? int4_encoder() : *find_encoder(cell.kind);
    const std::size_t begin = bytes_.size();
    encoder.append(bytes_, cell);
    add_written(encoder.type, Format::binary, begin);
}

void ParameterList::add_array(const detail::Cell& cell, ArrayTyping typing) {
    const std::size_t begin = bytes_.size();
    const EncodedArray array = append_array(bytes_, cell, typing);
    add_written(array.type, array.format == ArrayFormat::text ? Format::text : Format::binary, begin);
}

bool ParameterList::has_text_array() const noexcept {
    return std::find(types_.begin(), types_.end(), text_array_type) != types_.end();
}

void ParameterList::add_value(Oid type, Format format, std::string_view value) {
    types_.push_back(type);
    values_.push_back(value.data());
    lengths_.push_back(static_cast<int>(value.size()));
    formats_.push_back(static_cast<int>(format));
    begins_.push_back(not_written);
}

void ParameterList::add_written(Oid type, Format format, std::size_t begin) {
    add_value(type, format, std::string_view{bytes_}.substr(begin));
    begins_.back() = begin;
}

void ParameterList::point_at_bytes() noexcept {
    for (std::size_t i = 0; i < begins_.size(); ++i) {
        if (begins_[i] != not_written) values_[i] = bytes_.data() + begins_[i];
    }
}

}  // namespace databased::postgresql
