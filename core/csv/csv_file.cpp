// CSV in files.
#include <databased/csv.hpp>
#include <databased/error.hpp>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

namespace databased::detail {

namespace {

[[noreturn]] void throw_cannot(const char* what, const std::string& path, int problem) {
    throw ParameterError("the file '" + path + "' cannot be " + what + ": " +
                         std::generic_category().message(problem != 0 ? problem : EIO));
}

/// Writes beside the file, which is what it was until all is there. What is no plain file, as a pipe, is written to.
class FileSink final : public CsvSink {
  public:
    explicit FileSink(std::string path) : path_(std::move(path)) {}
    ~FileSink() override {
        if (!is_made_) return;
        file_ = nullptr;
        std::error_code ignored;
        std::filesystem::remove(written_, ignored);
    }

    Task<> write(std::string_view part) override {
        open();
        errno = 0;
        if (std::fwrite(part.data(), 1, part.size(), file_.get()) != part.size()) throw_cannot("written", path_, errno);
        co_return;
    }

    void finish() override {
        open();
        errno = 0;
        if (std::fclose(file_.release()) != 0) throw_cannot("written", path_, errno);
        if (!is_made_) return;
        std::error_code problem;
        std::filesystem::rename(written_, path_, problem);
        if (problem) throw_cannot("written", path_, problem.value());
        is_made_ = false;
    }

  private:
    void open() {
        if (file_ != nullptr) return;
        std::error_code problem;
        const auto real_path = std::filesystem::canonical(path_, problem);
        if (!problem) path_ = real_path.string();
        const auto status = std::filesystem::status(path_, problem);
        const bool is_there = std::filesystem::exists(status);
        is_made_ = !is_there || std::filesystem::is_regular_file(status);
        if (is_made_) {
            make_beside();
        } else {
            file_.reset(std::fopen(path_.c_str(), "wb"));
        }
        if (file_ == nullptr) {
            is_made_ = false;
            throw_cannot("written", path_, errno);
        }
        if (is_made_ && is_there) std::filesystem::permissions(written_, status.permissions(), problem);
    }
    /// A file that was not there: nobody else's.
    void make_beside() {
        constexpr int most = 100;  // that others have left
        for (int i = 1; file_ == nullptr && i <= most; ++i) {
            written_ = path_ + ".partial" + (i == 1 ? std::string{} : std::to_string(i));
            file_.reset(std::fopen(written_.c_str(), "wbx"));
            if (errno != EEXIST) break;
        }
    }

    struct Close {
        void operator()(std::FILE* file) const noexcept { std::fclose(file); }
    };

    std::string path_;
    std::string written_;
    std::unique_ptr<std::FILE, Close> file_;
    bool is_made_ = false;  // and is not in its place
};

/// Half a file would be taken for a whole one: what cannot be read is an error.
class FileSource final : public CsvSource {
  public:
    explicit FileSource(std::string path) : path_(std::move(path)) {}
    std::string_view name() const noexcept override { return path_; }

    Task<std::string_view> next() override {
        errno = 0;
        if (!file_.is_open()) file_.open(path_, std::ios::binary);
        file_.read(part_.data(), static_cast<std::streamsize>(part_.size()));
        const bool is_at_end = file_.eof() && !file_.bad();
        if (!file_ && !is_at_end) throw_cannot("read", path_, errno);
        co_return std::string_view{part_.data(), static_cast<std::size_t>(file_.gcount())};
    }

  private:
    std::string path_;
    std::ifstream file_;
    std::array<char, 65'536> part_{};
};

}  // namespace

Owner<CsvSink> make_file_sink(const CsvFile& file) { return Owner<CsvSink>{new FileSink{file.path()}}; }
Owner<CsvSource> make_file_source(const CsvFile& file) { return Owner<CsvSource>{new FileSource{file.path()}}; }

}  // namespace databased::detail
