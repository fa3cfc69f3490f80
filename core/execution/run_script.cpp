#include "execution/run_statements.hpp"
#include "statement/script.hpp"

#include <databased/detail/fetch.hpp>
#include <databased/error.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

namespace databased::detail {

namespace {

/// All of it: half a script would be run as if it were a whole one.
std::string text_of_file(const std::string& path) {
    errno = 0;
    std::ifstream file{path, std::ios::binary};
    std::string text;
    std::array<char, 65'536> part;
    while (file.read(part.data(), part.size()) || file.gcount() != 0) {
        text.append(part.data(), static_cast<std::size_t>(file.gcount()));
    }
    if (file.eof() && !file.bad()) return text;
    const int problem = errno != 0 ? errno : EIO;
    throw ParameterError("the script '" + path + "' cannot be read: " + std::generic_category().message(problem));
}

}  // namespace

Task<ScriptResult> run_script(Target target, std::string script, std::string name) {
    check_script(script, *target->rules().dialect, name);
    ScriptWork work{std::move(script), std::move(name)};
    co_await target->run_unit(work);
    co_return work.result();
}

Task<ScriptResult> run_script_file(Target target, std::string path) {
    std::string script = text_of_file(path);
    co_return co_await run_script(std::move(target), std::move(script), std::move(path));
}

}  // namespace databased::detail
