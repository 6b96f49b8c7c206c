"""The library under the lab: model, cache, sampling, tokenizer, checkpoints, server and client.

From prompt to token: ``conversation`` (or an imported model's ``chat_template``) makes ids,
``generate`` takes requests and steps; ``admission`` lets rows in and ``prefixes`` finds what they
need not read; ``share`` and ``batch`` lay out what one pass reads; ``forward`` computes it (in
plain torch with ``paged``, in C with ``native_forward``, on a GPU with ``cuda_graph``);
``sampling`` draws (in C with ``native_draw``); ``row`` turns ids into events. ``calls`` says what
of an answer is a tool call; the server, or ``tool_loop`` in this process, runs it and lets the row
go on. ``dialect`` is one face for the lab's own models and for those that ``imports`` brings in;
``exporting`` and ``gguf_export`` take models out. ``vocab`` finds any tokenizer by name.

Modules that never import torch, so that the terminal app may import them: ``errors``, ``paths``,
``files``, ``special``, ``tokenizer``, ``detokenize``, ``stop_strings``, ``sampling_params``,
``events``, ``request``, ``row``, ``drawn``, ``speculate``, ``precision``, ``conversation``,
``byte_letters``, ``tokenizer_protocol``, ``tokenizer_base``, ``tokenizer_imported``,
``chat_template``, ``template_sandbox``, ``hf_chat``, ``dialect``, ``gguf_vocabulary``,
``whole_folder``, ``exporting``, ``calls``, ``tool_prompt``, ``tool_protocol``, ``tool_runner``,
``tools_here``, ``pocket_here``, ``wire``, ``protocol``, ``endpoint``, ``connection``, ``launch``,
``helper``, ``client``, ``native``, ``manifest``, ``background``, ``lacking``, ``liveness``,
``ending``, ``shelf``, ``runs``, ``run_keeping``, ``trash``, ``lineage``, ``remote``, ``telling``,
``svg``, ``train.recipe``, ``train.following``, ``tasks``, ``data``, ``vocab`` and of ``rl`` what
its own docstring says.
"""

__version__ = "0.1.0"
