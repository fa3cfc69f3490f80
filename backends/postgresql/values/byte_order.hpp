// Numbers in PostgreSQL's binary formats: in network byte order, without alignment.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace databased::postgresql {

/// Throws DataError (22P03): the server sent what is no value of the type.
[[noreturn]] void throw_malformed(std::string_view type);

/// The number that begins at `data`.
template <std::integral T>
T read_number(const char* data) noexcept {
    std::make_unsigned_t<T> number = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        number = static_cast<decltype(number)>(std::uint64_t{number} << 8 | static_cast<unsigned char>(data[i]));
    }
    return static_cast<T>(number);
}

/// The number that `data` is and nothing else.
template <std::integral T>
T whole_number(std::string_view data, std::string_view type) {
    if (data.size() != sizeof(T)) throw_malformed(type);
    return read_number<T>(data.data());
}

template <std::integral T>
void write_number(char* out, T number) noexcept {
    auto rest = static_cast<std::make_unsigned_t<T>>(number);
    for (std::size_t i = sizeof(T); i > 0; --i) {
        out[i - 1] = static_cast<char>(rest & 0xff);
        rest = static_cast<decltype(rest)>(std::uint64_t{rest} >> 8);
    }
}

template <std::integral T>
void append_number(std::string& out, T number) {
    char bytes[sizeof(T)];
    write_number(bytes, number);
    out.append(bytes, sizeof bytes);
}

/// Takes a value apart from front to end.
class WireReader {
  public:
    /// `type` is for messages.
    WireReader(std::string_view data, std::string_view type) noexcept : rest_(data), type_(type) {}

    template <std::integral T>
    T take() {
        return read_number<T>(take(sizeof(T)).data());
    }
    std::string_view take(std::size_t size) {
        if (size > rest_.size()) throw_malformed(type_);
        const std::string_view taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }
    std::string_view rest() const noexcept { return rest_; }
    /// To be called last.
    void finish() const {
        if (!rest_.empty()) throw_malformed(type_);
    }

  private:
    std::string_view rest_;
    std::string_view type_;
};

}  // namespace databased::postgresql
