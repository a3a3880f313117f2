# cmake -DOUT=<file.cc> -DROOTS=<dir>;... -DFILES=<path>;... -P EmbedFiles.cmake
#
# Writes C++ that holds the files, each found under one of the roots by its path.
set(entries "")
foreach(path IN LISTS FILES)
  set(found "")
  foreach(root IN LISTS ROOTS)
    if(NOT found AND EXISTS "${root}/${path}")
      set(found "${root}/${path}")
    endif()
  endforeach()
  if(NOT found)
    message(FATAL_ERROR "no ${path} under ${ROOTS}")
  endif()
  file(READ "${found}" content)
  string(APPEND entries "    {\"${path}\", R\"the_file(${content})the_file\"},\n")
endforeach()
file(WRITE "${OUT}"
     "#include \"client/cli/protos/embedded_protos.h\"\n\n"
     "namespace tunesmith::cli {\n\n"
     "const std::vector<EmbeddedProto>& EmbeddedProtos() {\n"
     "  static const std::vector<EmbeddedProto> protos = {\n${entries}  };\n"
     "  return protos;\n}\n\n}  // namespace tunesmith::cli\n")
